//! A window of the browser: how large it is, what it hears, what it is asked.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chromiumoxide::cdp::browser_protocol::emulation::{
    MediaFeature, SetDeviceMetricsOverrideParams, SetEmulatedMediaParams, SetScriptExecutionDisabledParams,
};
use chromiumoxide::cdp::browser_protocol::input::{DispatchKeyEventParams, DispatchKeyEventType};
use chromiumoxide::cdp::browser_protocol::log::EventEntryAdded;
use chromiumoxide::cdp::browser_protocol::network::EventRequestWillBeSent;
use chromiumoxide::cdp::js_protocol::runtime::{EvaluateParams, EventConsoleApiCalled, EventExceptionThrown};
use chromiumoxide::page::ScreenshotParams;
use chromiumoxide::{Browser, BrowserConfig, Page};
use futures::StreamExt;

/// How a page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Wide,
    Phone,
    Dark,
    Print,
    WithoutScripts,
    PhoneWithoutScripts,
}

/// A running browser.
pub(super) struct Chromium {
    browser: Browser,
    _profile: tempfile::TempDir,
}

/// One page in it.
pub(super) struct Window {
    page: Page,
    /// Words of the console, and addresses that were asked for.
    heard: Arc<Mutex<(Vec<String>, Vec<String>)>>,
}

impl Look {
    pub(super) const ALL: [Self; 6] =
        [Self::Wide, Self::Phone, Self::Dark, Self::Print, Self::WithoutScripts, Self::PhoneWithoutScripts];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Phone => "phone",
            Self::Dark => "dark",
            Self::Print => "print",
            Self::WithoutScripts => "wide-without-scripts",
            Self::PhoneWithoutScripts => "phone-without-scripts",
        }
    }

    pub(super) fn has_scripts(self) -> bool {
        !matches!(self, Self::WithoutScripts | Self::PhoneWithoutScripts)
    }

    fn size(self) -> (i64, i64) {
        match self {
            Self::Phone | Self::PhoneWithoutScripts => (360, 740),
            // A4 at 96 points an inch, less its margins.
            Self::Print => (718, 1000),
            Self::Wide | Self::Dark | Self::WithoutScripts => (1280, 900),
        }
    }
}

impl Chromium {
    pub(super) async fn launch(program: &Path) -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let config = BrowserConfig::builder()
            .chrome_executable(program)
            // Tests run as root in containers, where the sandbox of the browser cannot.
            .no_sandbox()
            .new_headless_mode()
            .user_data_dir(profile.path())
            .viewport(None)
            .args(["disable-gpu", "hide-scrollbars", "disable-dev-shm-usage"])
            .build()
            .expect("a browser");
        let (browser, mut handler) = Browser::launch(config).await.expect("the browser starts");
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        Self { browser, _profile: profile }
    }

    /// Opens an address; the window hears everything from the first byte on.
    pub(super) async fn open(&self, address: &str, look: Look) -> Window {
        let page = self.browser.new_page("about:blank").await.expect("a window");
        let heard: Arc<Mutex<(Vec<String>, Vec<String>)>> = Arc::default();
        let mut console = page.event_listener::<EventConsoleApiCalled>().await.expect("the browser listens");
        let mut thrown = page.event_listener::<EventExceptionThrown>().await.expect("the browser listens");
        let mut log = page.event_listener::<EventEntryAdded>().await.expect("the browser listens");
        let mut asked = page.event_listener::<EventRequestWillBeSent>().await.expect("the browser listens");
        let ears = Arc::clone(&heard);
        tokio::spawn(async move {
            loop {
                let words = |text: String| ears.lock().expect("nobody panics here").0.push(text);
                tokio::select! {
                    Some(event) = console.next() => words(format!("{:?} {:?}", event.r#type, event.args)),
                    Some(event) = thrown.next() => words(format!("thrown: {}", event.exception_details.text)),
                    Some(event) = log.next() => words(format!("{:?}: {} {:?}", event.entry.level, event.entry.text, event.entry.url)),
                    Some(event) = asked.next() => ears.lock().expect("nobody panics here").1.push(event.request.url.clone()),
                    else => return,
                }
            }
        });
        page.enable_log().await.expect("the browser listens");
        let (width, height) = look.size();
        page.execute(SetDeviceMetricsOverrideParams::new(width, height, 1.0, width < 500)).await.expect("a size");
        let scheme = if look == Look::Dark { "dark" } else { "light" };
        let mut media =
            SetEmulatedMediaParams::builder().feature(MediaFeature::new("prefers-color-scheme", scheme)).build();
        media.media = (look == Look::Print).then(|| "print".to_owned());
        page.execute(media).await.expect("a medium");
        if !look.has_scripts() {
            page.execute(SetScriptExecutionDisabledParams::new(true)).await.expect("no scripts");
        }
        page.goto(address).await.expect("the page opens");
        Window { page, heard }
    }
}

impl Window {
    /// What the console says, and what was asked of others than this server.
    pub(super) fn heard(&self, own: &str) -> Vec<String> {
        let heard = self.heard.lock().expect("nobody panics here");
        let others = heard.1.iter().filter(|address| !address.starts_with(own) && !address.starts_with("about:"));
        let console = heard.0.iter().map(|words| format!("console: {words}"));
        console.chain(others.map(|address| format!("asked for {address}"))).collect()
    }

    /// Runs a script that the page does not have.
    pub(super) async fn load(&self, script: &str) {
        self.page.evaluate_expression(format!("{script};true")).await.expect("the script runs");
    }

    /// Asks the page; a promise is waited for.
    pub(super) async fn ask<T: serde::de::DeserializeOwned>(&self, expression: &str) -> T {
        let question =
            EvaluateParams::builder().expression(expression.trim()).await_promise(true).return_by_value(true);
        let answer = self.page.evaluate_expression(question.build().expect("an expression")).await;
        answer.expect("the page answers").into_value().expect("an answer of this kind")
    }

    /// Asks for a list of what is wrong.
    pub(super) async fn told(&self, check: &str) -> Vec<String> {
        self.ask(check).await
    }

    /// Presses a key.
    pub(super) async fn press(&self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, None),
            "Enter" => (13, Some("\r")),
            digit => (i64::from(digit.as_bytes()[0]), Some(digit)),
        };
        for kind in [DispatchKeyEventType::KeyDown, DispatchKeyEventType::KeyUp] {
            let mut event = DispatchKeyEventParams::new(kind.clone());
            event.key = Some(key.to_owned());
            event.windows_virtual_key_code = Some(code);
            event.text = text.filter(|_| kind == DispatchKeyEventType::KeyDown).map(str::to_owned);
            self.page.execute(event).await.expect("a key");
        }
    }

    /// Waits until the address has these words and the page is there.
    pub(super) async fn wait_for(&self, words: &str) {
        for _ in 0..100 {
            let address = self.page.url().await.ok().flatten().unwrap_or_default();
            if address.contains(words) && self.page.find_element("footer").await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the page with {words} did not come");
    }

    /// Keeps a picture of the whole page.
    pub(super) async fn picture(&self, path: &Path) {
        let whole = ScreenshotParams::builder().full_page(true).capture_beyond_viewport(true).build();
        self.page.save_screenshot(whole, path).await.expect("a picture");
    }

    pub(super) async fn close(self) {
        // A window that is gone already is closed.
        let _ = self.page.close().await;
    }
}

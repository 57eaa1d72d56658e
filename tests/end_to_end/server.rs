//! The public server as a process: started, asked, ended.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

use crate::panoh::Place;

/// A running `panoh serve`; it ends with this value.
pub(crate) struct Serving {
    child: Child,
    address: String,
}

impl Serving {
    /// Starts it on a free port and waits until it says where it listens.
    pub(crate) fn start(place: &Place) -> Self {
        let mut command = place.command(&["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the server starts");
        let stderr = child.stderr.take().expect("standard error is piped");
        let mut lines = BufReader::new(stderr).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("http://").nth(1)?.split('/').next().map(str::to_owned))
            .expect("the server says its address");
        // Keep reading, or the server would block when the pipe is full.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Self { child, address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Status, content type and body.
    pub(crate) fn get(&self, path: &str) -> (u16, String, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(self.url(path)).call().expect("the server answers");
        let kind = answer.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
        (
            answer.status().as_u16(),
            kind,
            answer.body_mut().with_config().limit(1 << 28).read_to_string().expect("the body is text"),
        )
    }

    pub(crate) fn json(&self, path: &str) -> serde_json::Value {
        let (status, _, body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).expect("the body is JSON")
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! What is asked of a page inside the browser. Each check answers with a list of what is wrong.

/// No page is wider than its window.
pub(super) const WIDE_ENOUGH: &str = "
    (() => {
        const wide = document.scrollingElement.scrollWidth, window_ = document.documentElement.clientWidth;
        return wide > window_ ? [`the page is ${wide} wide in a window of ${window_}`] : [];
    })()";

/// axe-core with the rules of WCAG 2.2 AA.
pub(super) const ACCESSIBLE: &str = "
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
       .then(found => found.violations.map(one =>
            `axe: ${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200)).join(' | ')}`))";

/// Every sign of the page has a glyph: it is not drawn as the box that stands for signs of no font.
pub(super) const GLYPHS: &str = "
    (() => {
        const paper = document.createElement('canvas');
        paper.width = paper.height = 40;
        const context = paper.getContext('2d', { willReadFrequently: true });
        context.font = '24px ' + getComputedStyle(document.body).fontFamily;
        const drawn = sign => {
            context.clearRect(0, 0, 40, 40);
            context.fillText(sign, 4, 30);
            return context.getImageData(0, 0, 40, 40).data.join();
        };
        const box = drawn('\\u{10FFFD}');
        const signs = new Set(document.body.textContent);
        const blank = /\\s|\\u00a0/;
        return [...signs].filter(sign => !blank.test(sign) && drawn(sign) === box)
            .map(sign => `no glyph for U+${sign.codePointAt(0).toString(16)}`);
    })()";

/// How many things the Tab key must reach.
pub(super) const REACHABLE: &str = "
    [...document.querySelectorAll('a[href], button, select, summary, [tabindex=\"0\"]')]
        .filter(one => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })).length";

/// What has the focus, and whether that can be seen.
pub(super) const FOCUSED: &str = "
    (() => {
        const one = document.activeElement, all = [...document.querySelectorAll('*')];
        const style = getComputedStyle(one), box = one.getBoundingClientRect();
        const seen = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.right > 0;
        return [`${all.indexOf(one)} ${one.tagName} ${one.getAttribute('href') || one.textContent.trim().slice(0, 30)}`, seen];
    })()";

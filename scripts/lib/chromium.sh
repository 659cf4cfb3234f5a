# shellcheck shell=bash
# The browser in which the page with the graph is tested, and the driver that speaks WebDriver for it.

need_chromium() {
    need_program chromium chromium
    need_program chromedriver chromium-driver
}

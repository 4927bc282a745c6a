#include "tests/support/browser.hpp"

#include "tests/support/encoding.hpp"
#include "tests/support/port.hpp"

#include <cstdlib>
#include <fstream>
#include <httplib.h>
#include <stdexcept>
#include <thread>

namespace flotilla::test {

using nlohmann::json;

namespace {

constexpr int patience = 60; ///< seconds for an answer: a browser on a busy machine starts slowly

/// As root it has no sandbox of its own, and a container's /dev/shm is too small for it.
const json capabilities = json::parse(R"({"capabilities": {"alwaysMatch": {
  "browserName": "chrome", "pageLoadStrategy": "eager",
  "goog:loggingPrefs": {"browser": "ALL"},
  "goog:chromeOptions": {"binary": "/usr/bin/chromium", "args": [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--hide-scrollbars", "--window-size=1280,900"]}}}})");

} // namespace

browser::browser() : port_(free_port()) {
  command order;
  order.args = {"chromedriver", "--port=" + std::to_string(port_)};
  driver_ = std::make_unique<process>(std::move(order));
  if (!wait_for_port(static_cast<std::uint16_t>(port_)))
    throw std::runtime_error("chromedriver does not start: " + driver_->err());
  const auto answer = ask("/session", capabilities);
  if (!answer.is_object() || !answer.contains("sessionId"))
    throw std::runtime_error("no browser: " + answer.dump());
  session_ = "/session/" + answer.at("sessionId").get<std::string>();
}

browser::~browser() {
  httplib::Client client{"127.0.0.1", port_};
  client.set_read_timeout(patience);
  client.Delete(session_); // or its processes outlive us
}

json browser::ask(const std::string& path, const json& what) {
  httplib::Client client{"127.0.0.1", port_};
  client.set_read_timeout(patience);
  const auto answer = client.Post(session_ + path, what.dump(), "application/json");
  const auto parsed = json::parse(answer ? answer->body : "", nullptr, false);
  return parsed.is_object() && answer->status == 200 ? parsed.value("value", json{}) : json{};
}

json browser::tell(const std::string& command, const json& what) {
  return ask("/goog/cdp/execute", {{"cmd", command}, {"params", what}});
}

void browser::open(const std::string& url) {
  ask("/url", {{"url", url}});
}

json browser::run(const std::string& script) {
  return ask("/execute/sync", {{"script", script}, {"args", json::array()}});
}

bool browser::wait_until(const std::string& script, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (run(script) != json(true)) {
    if (std::chrono::steady_clock::now() > end)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return true;
}

void browser::press(const std::string& key, int code) {
  for (const char* type : {"keyDown", "keyUp"}) {
    json event{{"type", type}, {"key", key}, {"code", key}, {"windowsVirtualKeyCode", code}};
    if (key == "Enter")
      event["text"] = "\r";
    tell("Input.dispatchKeyEvent", event);
  }
}

void browser::resize(int width, int height) {
  tell("Emulation.setDeviceMetricsOverride",
       {{"width", width}, {"height", height}, {"deviceScaleFactor", 1}, {"mobile", false}});
}

void browser::prefer(const std::string& feature, const std::string& value) {
  tell("Emulation.setEmulatedMedia",
       {{"features", json::array({{{"name", feature}, {"value", value}}})}});
}

std::vector<std::string> browser::complaints() {
  std::vector<std::string> all;
  const auto log = ask("/se/log", {{"type", "browser"}});
  if (!log.is_array())
    all.push_back("there is no log");
  for (const auto& line : log)
    all.push_back(line.value("message", ""));
  return all;
}

void browser::show(const std::string& name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables here
  const char* folder = std::getenv("FLOTILLA_SCREENSHOTS");
  if (folder == nullptr)
    return;
  const auto shot = tell("Page.captureScreenshot", {{"format", "png"}});
  std::ofstream{std::string{folder} + '/' + name + ".png", std::ios::binary}
    << from_base64(shot.value("data", "")).value_or("");
}

} // namespace flotilla::test

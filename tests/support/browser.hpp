#pragma once

#include "tests/support/process.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace flotilla::test {

/// A real browser without a window: Debian's Chromium, told what to do by its driver (W3C WebDriver
/// and the DevTools protocol).
class browser {
public:
  /// @throws std::runtime_error when it does not start.
  browser();
  ~browser();
  browser(const browser&) = delete;
  browser& operator=(const browser&) = delete;

  void open(const std::string& url);
  /// Runs the body of a function in the page. @returns what that returns; null if it throws
  nlohmann::json run(const std::string& script);
  /// Runs it until it returns true.
  bool wait_until(const std::string& script,
                  std::chrono::milliseconds limit = std::chrono::seconds(30));
  void press(const std::string& key, int code);
  void resize(int width, int height);
  void prefer(const std::string& feature, const std::string& value);
  /// What the browser had to complain about since the last call: errors of scripts, violations of
  /// the page's policy, requests that failed.
  std::vector<std::string> complaints();
  /// Saves what is seen as NAME.png where FLOTILLA_SCREENSHOTS names a directory.
  void show(const std::string& name);

private:
  nlohmann::json ask(const std::string& path, const nlohmann::json& what);
  nlohmann::json tell(const std::string& command, const nlohmann::json& what);

  int port_;
  std::unique_ptr<process> driver_;
  std::string session_; ///< path of its resources
};

} // namespace flotilla::test

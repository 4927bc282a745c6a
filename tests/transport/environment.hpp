#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace flotilla::test {

/// Sets what the environment says of proxies, and nothing else, until the object is gone. Not while
/// another thread may read it.
class proxy_environment {
public:
  explicit proxy_environment(const std::map<std::string, std::string>& wanted) {
    for (const auto* name : {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy",
                             "ALL_PROXY", "no_proxy", "NO_PROXY"}) {
      const auto* before = std::getenv(name); // NOLINT(concurrency-mt-unsafe)
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>{before};
      ::unsetenv(name); // NOLINT(concurrency-mt-unsafe)
    }
    for (const auto& [name, value] : wanted)
      ::setenv(name.c_str(), value.c_str(), 1); // NOLINT(concurrency-mt-unsafe)
  }
  ~proxy_environment() {
    for (const auto& [name, value] : before_)
      if (value)
        ::setenv(name.c_str(), value->c_str(), 1); // NOLINT(concurrency-mt-unsafe)
      else
        ::unsetenv(name.c_str()); // NOLINT(concurrency-mt-unsafe)
  }
  proxy_environment(const proxy_environment&) = delete;
  proxy_environment& operator=(const proxy_environment&) = delete;

private:
  std::map<std::string, std::optional<std::string>> before_;
};

} // namespace flotilla::test

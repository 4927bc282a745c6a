#pragma once

#include <cstdlib>
#include <map>
#include <optional>
#include <string>

namespace flotilla::test {

/// Sets environment variables until the object is gone; an empty value takes one away. Not while
/// another thread may read it.
class scoped_environment {
public:
  explicit scoped_environment(const std::map<std::string, std::string>& wanted) {
    for (const auto& [name, value] : wanted) {
      const auto* before = std::getenv(name.c_str());
      before_[name] = before == nullptr ? std::nullopt : std::optional<std::string>{before};
      put(name, value);
    }
  }
  ~scoped_environment() {
    for (const auto& [name, value] : before_)
      put(name, value.value_or(""));
  }
  scoped_environment(const scoped_environment&) = delete;
  scoped_environment& operator=(const scoped_environment&) = delete;

private:
  static void put(const std::string& name, const std::string& value) {
    if (value.empty())
      ::unsetenv(name.c_str());
    else
      ::setenv(name.c_str(), value.c_str(), 1);
  }

  std::map<std::string, std::optional<std::string>> before_;
};

} // namespace flotilla::test

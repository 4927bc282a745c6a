#pragma once

#include <cstdlib>
#include <string>

namespace flotilla::test {

/// The folder of the programs under test, in place of those of the tests' own build: so can tests
/// that are built once drive a sanitizer's build. It is taken for one of AddressSanitizer.
constexpr auto sanitized_build = "FLOTILLA_SANITIZED_BUILD";

/// Path of a program of the build under test.
inline std::string built(const std::string& name) {
  const auto* other = std::getenv(sanitized_build);
  return std::string{other == nullptr ? FLOTILLA_BUILD : other} + '/' + name;
}

/// Are the programs AddressSanitizer's? They are slower then, and keep what they freed for a while.
inline bool is_sanitized() {
#ifdef __SANITIZE_ADDRESS__
  return true;
#else
  return std::getenv(sanitized_build) != nullptr;
#endif
}

} // namespace flotilla::test

#pragma once

#include "store/database_error.hpp"

#include <functional>
#include <optional>
#include <string>

namespace flotilla::store {

/// What was thrown; nothing when nothing went wrong.
inline std::optional<database_error> thrown_by(const std::function<void()>& work) {
  try {
    work();
  } catch (const database_error& error) {
    return error;
  }
  return std::nullopt;
}

/// Its words; empty when nothing went wrong.
inline std::string error_of(const std::function<void()>& work) {
  const auto error = thrown_by(work);
  return error ? error->what() : "";
}

inline std::optional<trouble> trouble_of(const std::function<void()>& work) {
  const auto error = thrown_by(work);
  return error ? std::optional{error->kind()} : std::nullopt;
}

} // namespace flotilla::store

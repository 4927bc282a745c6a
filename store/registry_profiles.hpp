#pragma once

#include "store/database.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace flotilla::store {

/// What pushes have learned of registries, kept in the state directory so that the next one can
/// plan. Losing it costs nothing but a guess.
class registry_profiles {
public:
  /// @param dir is made if it is not there, for its owner alone
  /// @throws database_error: see `database`; also when `dir` cannot be made
  explicit registry_profiles(const std::string& dir);

  /// The rate of the last push that sent enough to tell; nothing before that.
  /// @throws database_error
  std::optional<double> bytes_per_second(const std::string& host);
  /// @throws database_error
  void remember_rate(const std::string& host, double bytes_per_second);

  /// How uploads to it go: opaque text; empty: not known, or learned longer ago than that.
  /// @param since seconds since the epoch
  /// @throws database_error
  std::string upload_habits(const std::string& host, std::int64_t since);
  /// @param now seconds since the epoch
  /// @throws database_error
  void remember_upload_habits(const std::string& host, const std::string& text, std::int64_t now);

private:
  database file_;
};

} // namespace flotilla::store

#include "store/set_aside.hpp"

#include "store/database_error.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace flotilla::store {

namespace {

namespace fs = std::filesystem;

/// The database first: should we die in between, a log without its database is found for what it is
/// (`log_damage`), while a database without its log would look sound.
constexpr std::array<const char*, 4> parts{"", "-wal", "-shm", "-journal"};

bool is_there(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

std::string stamp(std::time_t now) {
  std::tm utc{};
  std::array<char, 32> text{};
  ::gmtime_r(&now, &utc);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &utc)};
}

std::string free_name(const std::string& wanted) {
  auto name = wanted;
  const auto taken = [&](const char* part) { return is_there(name + part); };
  for (int i = 2; std::any_of(parts.begin(), parts.end(), taken); ++i)
    name = wanted + '-' + std::to_string(i);
  return name;
}

void move(const std::string& from, const std::string& to) {
  if (!is_there(from))
    return;
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw database_error{from + ": cannot move it to " + to + ": " + error.message()};
}

} // namespace

std::string set_aside(const std::string& path, const std::string& label, std::time_t now) {
  auto name = free_name(path + '.' + label + '-' + stamp(now));
  for (const auto* part : parts)
    move(path + part, name + part);
  return name;
}

} // namespace flotilla::store

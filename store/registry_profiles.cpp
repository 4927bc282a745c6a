#include "store/registry_profiles.hpp"

#include <filesystem>
#include <system_error>

namespace flotilla::store {

namespace {

std::string made(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(dir, error);
  if (error)
    throw database_error{"cannot make it: " + error.message()};
  fs::permissions(dir, fs::perms::owner_all, error); // best effort: it may be somebody else's
  return dir + "/state.db";
}

} // namespace

registry_profiles::registry_profiles(const std::string& dir) : file_(made(dir)) {
}

std::optional<double> registry_profiles::bytes_per_second(const std::string& host) {
  statement query{file_, "SELECT bytes_per_second FROM registry_profile WHERE host = ?"};
  if (!query.bind(host).next())
    return std::nullopt;
  return query.number(0);
}

void registry_profiles::remember_rate(const std::string& host, double bytes_per_second) {
  statement insert{file_,
                   "INSERT INTO registry_profile (host, bytes_per_second) VALUES (?, ?) "
                   "ON CONFLICT (host) DO UPDATE SET bytes_per_second = excluded.bytes_per_second"};
  insert.bind(host).bind(bytes_per_second).next();
}

} // namespace flotilla::store

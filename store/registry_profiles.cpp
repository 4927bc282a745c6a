#include "store/registry_profiles.hpp"

#include "store/state_dir.hpp"
#include "store/statement.hpp"

namespace flotilla::store {

namespace {

const migration_list steps{
  "CREATE TABLE registry_profile ("
  "  host TEXT PRIMARY KEY,"
  "  bytes_per_second REAL NOT NULL) STRICT;",
  "CREATE TABLE upload_habits ("
  "  host TEXT PRIMARY KEY,"
  "  text TEXT NOT NULL,"
  "  learned INTEGER NOT NULL) STRICT;",
};

std::string made(const std::string& dir) {
  make_state_dir(dir);
  return dir + "/state.db";
}

} // namespace

registry_profiles::registry_profiles(const std::string& dir)
  : file_(made(dir), steps, access::shared) {
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

std::string registry_profiles::upload_habits(const std::string& host, std::int64_t since) {
  statement query{file_, "SELECT text FROM upload_habits WHERE host = ? AND learned >= ?"};
  return query.bind(host).bind(since).next() ? query.text(0) : std::string{};
}

void registry_profiles::remember_upload_habits(const std::string& host, const std::string& text,
                                               std::int64_t now) {
  statement insert{file_, "INSERT INTO upload_habits (host, text, learned) VALUES (?, ?, ?) "
                          "ON CONFLICT (host) DO UPDATE SET text = excluded.text, "
                          "learned = excluded.learned"};
  insert.bind(host).bind(text).bind(now).next();
}

} // namespace flotilla::store

#include "tests/simulation/fault.hpp"

#include "protocol/broken_record.hpp"

#include <array>

namespace flotilla::simulation {

using protocol::errc;

namespace {

constexpr std::array<const char*, 19> names{
  "node_crash",  "head_crash",  "link_cut",         "link_stall",     "trouble",   "body_cut",
  "answer_lost", "unreachable", "sessions_expired", "tokens_revoked", "no_tokens", "blob_lost",
  "emptied",     "mangled",     "disk_full",        "clock_jump",     "pause",     "limit",
  "cancel"};

std::string seconds(std::chrono::milliseconds x) {
  auto text
    = std::to_string(x.count() / 1000) + '.' + std::to_string(1000 + x.count() % 1000).substr(1);
  return text + 's';
}

bool trouble_explains(trouble_kind how, errc what) {
  switch (how) {
    case trouble_kind::garbage:
      return what == errc::refused || what == errc::differs || what == errc::unauthorized;
    case trouble_kind::forbidden: return what == errc::unauthorized;
    case trouble_kind::not_allowed: return what == errc::refused;
    default: return what == errc::gave_up;
  }
}

} // namespace

std::string to_string(const fault& x) {
  return seconds(x.at) + ' ' + names.at(static_cast<std::size_t>(x.what)) + "(span "
         + seconds(x.span) + ", who " + std::to_string(x.who) + ", count " + std::to_string(x.count)
         + ", detail " + std::to_string(x.detail) + ')';
}

bool hides_blobs(const fault& x) {
  if (x.what != fault_kind::trouble)
    return false;
  const auto how = static_cast<trouble_kind>(x.detail);
  return how == trouble_kind::garbage
         || (how == trouble_kind::server_error && x.count >= protocol::broken_record::most);
}

bool explains(const fault& x, errc how) {
  switch (x.what) {
    case fault_kind::node_crash:
    case fault_kind::link_cut:
    case fault_kind::link_stall: return how == errc::no_node;
    case fault_kind::head_crash: return how == errc::no_node;
    case fault_kind::trouble: return trouble_explains(static_cast<trouble_kind>(x.detail), how);
    case fault_kind::body_cut:
    case fault_kind::answer_lost:
    case fault_kind::unreachable:
    case fault_kind::no_tokens: return how == errc::gave_up;
    case fault_kind::sessions_expired:
    case fault_kind::mangled: return how == errc::refused;
    case fault_kind::tokens_revoked: return how == errc::unauthorized;
    case fault_kind::blob_lost:
      return how == errc::differs || how == errc::incomplete
             || (x.detail == 1 && how == errc::gave_up);
    case fault_kind::emptied: return how == errc::differs || how == errc::incomplete;
    case fault_kind::cancel: return how == errc::interrupted;
    default: return false;
  }
}

} // namespace flotilla::simulation

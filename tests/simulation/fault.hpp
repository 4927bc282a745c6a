#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// What goes wrong, or is commanded. What `who`, `span`, `count` and `detail` of a `fault` mean.
enum class fault_kind : std::uint8_t {
  node_crash,  ///< of that node; it is started again after `span`; `detail` 1: never; 2: silently
  head_crash,  ///< the coordinator, or the lone process; `detail` 1: the power goes, too
  link_cut,    ///< of that node; it cannot dial for `span`; `detail` 1: silently
  link_stall,  ///< of that node: what is under way arrives after `span`, in order
  trouble,     ///< of the registry, for `span` and `count` requests; `detail`: see `trouble_kind`
  body_cut,    ///< the next `count` bodies break off, after `detail` thousandths
  answer_lost, ///< the next `count` answers, after their requests took effect
  unreachable, ///< the registry, for `span`
  sessions_expired, ///< all that are open
  tokens_revoked,   ///< all that were given
  no_tokens,        ///< the token server answers 503 for `span`
  blob_lost,        ///< the registry loses blob `who`; `detail` 1: and cannot say so
  emptied,          ///< the registry is replaced by one that holds nothing
  mangled,          ///< the next `count` bodies arrive, but not as they were sent
  disk_full,        ///< the coordinator's, for `span`
  clock_jump,       ///< the time of day, by `detail` hours
  pause,            ///< a command, taken back after `span`
  limit,            ///< a command: `count` uploads a node
  cancel,           ///< a command
};

/// What a registry in trouble answers.
enum class trouble_kind : std::uint8_t {
  server_error,   ///< 500
  bad_gateway,    ///< 502, with a page for people; it may have taken effect
  unavailable,    ///< 503
  unavailable_in, ///< 503 and `Retry-After`
  too_many,       ///< 429
  too_many_in,    ///< 429 and `Retry-After`
  timed_out,      ///< 408
  garbage,        ///< 200, and what no registry says
  forbidden,      ///< 403
  not_allowed,    ///< 405
};
constexpr std::uint32_t trouble_kinds = 10;

struct fault {
  fault_kind what = fault_kind::node_crash;
  std::chrono::milliseconds at{0}; ///< since the run began
  std::chrono::milliseconds span{0};
  std::uint32_t who = 0;
  std::uint32_t count = 0;
  std::uint32_t detail = 0;

  std::chrono::milliseconds end() const noexcept {
    return at + span;
  }
};

/// `12.5s head_crash(span 3s, who 0, count 0, detail 1)`
std::string to_string(const fault& x);

/// What is there may look absent because of it.
bool hides_blobs(const fault& x);

/// A push may end so because of it, for all that is known beforehand.
bool explains(const fault& x, protocol::errc how);

} // namespace flotilla::simulation

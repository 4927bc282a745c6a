#pragma once

#include "actors/status.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::actors {

/// A node, as it joins.
struct node_info {
  std::string id;   ///< random, new with every start of the process
  std::string name; ///< for people; one node of a name at a time
  std::uint32_t uploads = 32;
  std::uint32_t checks = 128;
  std::vector<std::string> roots;  ///< directories that it may read; empty: all
  std::string admin;               ///< HOST:PORT of its metrics; empty: none
  std::vector<std::string> pushes; ///< ids of those that it still has work of
};

/// The coordinator's answer.
struct welcome {
  std::string refusal; ///< a sentence; empty: welcome
  std::chrono::milliseconds lease{5'000};
};

/// A node, as the coordinator sees it.
struct node_overview {
  node_info info;
  double seen_seconds = 0; ///< since its last sign of life
  bool leaving = false;    ///< it finishes what it has, and gets nothing more
};

/// What has become of nodes since the coordinator was started.
struct node_totals {
  std::uint64_t joined = 0; ///< again, too
  std::uint64_t lost = 0;   ///< without having said that it leaves
};

/// A push, as the coordinator sees it.
struct push_overview {
  std::string id;
  std::string source;
  std::string reference;
  push_status status;
  bool ended = false;
  protocol::failure why; ///< once it has ended; `why.code` none: well
};

template <class Inspector>
auto inspect(Inspector& f, node_info& x) {
  return f(x.id, x.name, x.uploads, x.checks, x.roots, x.admin, x.pushes);
}
template <class Inspector>
auto inspect(Inspector& f, welcome& x) {
  return f(x.refusal, x.lease);
}
template <class Inspector>
auto inspect(Inspector& f, node_overview& x) {
  return f(x.info, x.seen_seconds, x.leaving);
}
template <class Inspector>
auto inspect(Inspector& f, node_totals& x) {
  return f(x.joined, x.lost);
}
template <class Inspector>
auto inspect(Inspector& f, push_overview& x) {
  return f(x.id, x.source, x.reference, x.status, x.ended, x.why);
}

} // namespace flotilla::actors

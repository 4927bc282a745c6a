#pragma once

#include "protocol/check_policy.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/reference.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::actors {

/// What is to become of the source.
enum class purpose : std::uint8_t {
  push,   ///< bring it there
  plan,   ///< only ask what is there
  verify, ///< compare what is there with the source
};

/// How much is looked at once the manifest is there.
enum class verification : std::uint8_t { none, manifest, blobs };

struct push_options {
  purpose to = purpose::push;
  protocol::check_mode check = protocol::check_mode::automatic;
  verification verify = verification::manifest;
  std::uint32_t uploads = 32;                      ///< bodies on the wire a node, 1..32
  std::uint32_t max_uploads = 0;                   ///< of all nodes together; 0: no bound
  std::uint32_t checks = 128;                      ///< HEAD requests in flight a node
  std::uint64_t bandwidth = 0;                     ///< bytes per second of all nodes; 0: no bound
  std::uint64_t chunk = 0;                         ///< as in `blob_order`
  std::chrono::milliseconds retry_budget{600'000}; ///< without progress
  std::chrono::milliseconds reach_budget{30'000};  ///< for the registry's first answer
};

/// A source as the user named it. Nodes resolve it, each on its own disks.
struct source_query {
  std::string text;          ///< paths in it are absolute
  std::string manifest_file; ///< of `blobs:DIR`; empty: none
};

/// One push, as handed to the coordinator.
struct push_order {
  source_query source;
  std::string mount_from; ///< repository that may hold the blobs; empty: none known
  protocol::reference target;
  protocol::endpoint at;
  std::vector<std::string> tags; ///< besides the target's own
  push_options options;
};

/// What may be changed while a push runs.
struct limit_change {
  bool sets_uploads = false;
  std::uint32_t uploads = 32; ///< a node, 1..32
  bool sets_bandwidth = false;
  std::uint64_t bandwidth = 0; ///< bytes per second of all nodes; 0: no bound
};

template <class Inspector>
auto inspect(Inspector& f, push_options& x) {
  return f(x.to, x.check, x.verify, x.uploads, x.max_uploads, x.checks, x.bandwidth, x.chunk,
           x.retry_budget, x.reach_budget);
}
template <class Inspector>
auto inspect(Inspector& f, source_query& x) {
  return f(x.text, x.manifest_file);
}
template <class Inspector>
auto inspect(Inspector& f, push_order& x) {
  return f(x.source, x.mount_from, x.target, x.at, x.tags, x.options);
}
template <class Inspector>
auto inspect(Inspector& f, limit_change& x) {
  return f(x.sets_uploads, x.uploads, x.sets_bandwidth, x.bandwidth);
}

} // namespace flotilla::actors

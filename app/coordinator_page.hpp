#pragma once

#include "app/web_server.hpp"
#include "protocol/blob_map.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::app {

/// The coordinator's page for people: `/` and its two files, which are part of the program;
/// `/events`, a stream of what it shows; and `/blobs?push=ID`, the map of a push's blobs as JSON
/// {`push`, `blobs`, `per_cell`, `map`}. The first request for a map finds it empty, and makes it
/// known that somebody looks. Any thread.
class coordinator_page {
public:
  /// Nothing: the path is none of its own.
  std::optional<web_answer> answer(const web_request& to);

  /// What it shows from now on: an object. @returns the event that tells it
  std::string show(std::string state);
  /// There are these pushes; of all others nothing is known any more.
  void keep_only(const std::vector<std::string>& pushes);
  /// Pushes whose maps somebody has looked at lately.
  std::vector<std::string> wanted() const;
  void take_map(const std::string& push, protocol::blob_map map);

private:
  using clock = std::chrono::steady_clock;
  struct kept_map {
    protocol::blob_map map;
    clock::time_point looked_at{};
  };

  web_answer map_of(const web_request& to);

  mutable std::mutex lock_; ///< of all below
  std::string event_ = "data: {}\n\n";
  std::map<std::string, kept_map> maps_; ///< by push
};

} // namespace flotilla::app

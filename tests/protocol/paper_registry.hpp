#pragma once

#include "protocol/blob_upload.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::protocol {

/// One repository of a registry that keeps no bytes, only how many, and whether each was the one
/// that belonged there: enough to tell a blob that arrived from one that did not, at any size.
class paper_registry {
public:
  /// What `Range` says after a chunk.
  enum class range_form : std::uint8_t {
    total,      ///< `0-<last byte of all>`
    none,       ///< there is no such field
    last_chunk, ///< `<first>-<last>` of this request's bytes
    its_length, ///< `0-<length of this request - 1>`
    first_only, ///< the end of the first chunk, for ever
  };
  struct habits {
    bool strict_state = false; ///< a Location that is behind what is stored ends its session
    bool checks_range = true;  ///< a chunk that does not fit is answered with 416
    bool keeps_cut = true;     ///< of a body that breaks off; false: its session ends
    bool takes_chunks = true;  ///< false: a PATCH with a `Content-Range` is answered with 400
    bool takes_empty_put = true;
    bool is_quay = false;  ///< `bytes=0--1` at first; a status without Location, one too many
    bool asks_back = true; ///< a GET tells what is stored
    int to_chunk = 202;
    range_form range = range_form::total;
    std::uint64_t most_body = UINT64_MAX;  ///< bytes; else 413
    std::uint64_t most_chunk = UINT64_MAX; ///< bytes; else `too_large`
    int too_large = 413;
    std::uint64_t least_chunk
      = 0; ///< bytes of all but the last, else 400; told when a session opens
  };

  explicit paper_registry(habits ways) : ways_(ways) {
  }

  /// The body of that number, counted from 1 over all that it takes, breaks off after `sent` bytes.
  void cut_body(int number, std::uint64_t sent) {
    cuts_.push_back({number, sent});
  }
  http_outcome handle(const http_request& request);

  bool holds_the_blob() const noexcept {
    return whole_;
  }
  int sessions() const noexcept {
    return sessions_;
  }
  std::uint64_t bytes() const noexcept {
    return bytes_;
  }
  /// Requests with a Location that is behind what is stored, but for the one GET that asks.
  int stale() const noexcept {
    return stale_;
  }
  /// Sessions that got both a whole blob and chunks.
  int mixed() const noexcept {
    return mixed_;
  }

private:
  struct session {
    int number = 0;
    int state = 0;           ///< of the newest Location
    std::uint64_t held = 0;  ///< bytes
    std::uint64_t named = 0; ///< bytes held when that was given
    std::uint64_t first = 0; ///< bytes of the first chunk
    bool right = true;       ///< each byte is the one that belongs there
    bool asked = false;      ///< since that was given
    bool chunked = false;
  };
  struct cut {
    int body;
    std::uint64_t sent;
  };

  http_outcome opened();
  http_outcome upload(const http_request& request);
  http_outcome patched(const http_request& request);
  http_outcome put(const http_request& request);
  http_outcome status();
  std::optional<http_outcome> refused(const http_request& request) const;
  std::optional<http_outcome> take(const http_request& request);
  http_outcome answer(int status, header_fields fields = {}, std::string body = {}) const;
  std::string location();
  std::string range(const http_request& request) const;

  habits ways_;
  std::optional<session> open_;
  std::vector<cut> cuts_;
  bool whole_ = false;
  int sessions_ = 0;
  int bodies_ = 0;
  int stale_ = 0;
  int mixed_ = 0;
  std::uint64_t bytes_ = 0; ///< that were sent to it
};

/// How an upload ended.
struct ending {
  bool arrived = false;
  confirmation how = confirmation::present;
  registry_profile learned;
  std::string why; ///< of a failure
};

/// All steps of an upload, each answered by the registry, to its end.
ending run(blob_upload& one, paper_registry& registry);

} // namespace flotilla::protocol

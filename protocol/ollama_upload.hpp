#pragma once

#include "protocol/md5.hpp"
#include "protocol/ollama_session.hpp"
#include "protocol/upload_step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace flotilla::protocol {

/// The way of one blob into an open session of Ollama's registry, as a machine without I/O, for
/// `blob_upload`: whole to a storage that the registry named, or in parts, each to the registry,
/// which may send it on to its storage (ollama: x/transfer/upload.go).
///
/// Life: `begin` once; then what each step asks for, until `close`, and `close_again` whenever the
/// registry turns out not to have the blob. After `anew`, `lost` and a failure, and for a call
/// that no step asked for, the answer is errc::internal.
class ollama_upload {
public:
  /// All bytes are stored. Send this; what is answered means what it means after any upload.
  struct close {
    http_request request;
  };
  /// Trouble in every attempt: begin with a new session.
  struct anew {
    try_again why;
  };
  /// The session or the storage's URL is of no more use, and not for trouble: begin with a new
  /// one, but not for ever.
  struct lost {
    std::string why; ///< a clause: `the registry answered …`
  };
  /// A `try_again` asks for a wait, then `again`.
  using step = std::variant<upload_step::send, upload_step::ready, upload_step::sum_part, try_again,
                            close, anew, lost, failure>;

  /// @param what names the upload for people
  /// @param direct where the whole blob goes; nothing: it goes in parts
  ollama_upload(const blob_order& order, std::string what, url session,
                std::optional<storage_place> direct);

  [[nodiscard]] step begin();
  [[nodiscard]] step send_body();
  [[nodiscard]] step again();
  [[nodiscard]] step on_outcome(const http_outcome& outcome);
  [[nodiscard]] step on_sum(const result<md5_sum>& of_part);
  [[nodiscard]] step close_again();

  /// Bytes of the blob that are stored.
  std::uint64_t stored() const noexcept {
    return first_;
  }

private:
  enum class phase : std::uint8_t {
    begun,
    summing,
    ready,
    appending,
    storing,
    waiting,
    closing,
    ended
  };

  step noted(step next);
  step misuse(const char* how) const;
  step next_part();
  step want_body();
  step on_appended(const http_outcome& outcome);
  step on_redirected(const http_response& response);
  step on_stored(const http_outcome& outcome);
  step judge_storage(const http_response& response);
  step advance(url next);
  step finish();
  step try_body_again(try_again why, bool had_a_chance);
  file_slice slice() const; ///< the part that comes next
  file_slice slice_from(std::uint64_t offset) const;
  http_request append_request() const;
  http_request store_request() const;

  file_slice blob_;
  digest id_;
  std::string what_;
  url session_;                          ///< always the newest one
  std::optional<url> next_;              ///< the one after the part that its storage takes now
  std::optional<storage_place> storage_; ///< of the next body; nothing: the registry itself
  bool direct_ = false;
  std::uint64_t first_ = 0; ///< bytes that are stored
  std::optional<md5_sum> sum_;
  std::string sums_; ///< of the parts that are stored, 16 bytes each
  phase phase_ = phase::begun;
  int tries_ = 0;  ///< of this body
  int closed_ = 0; ///< times
};

} // namespace flotilla::protocol

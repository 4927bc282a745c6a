#pragma once

#include "protocol/registry_profile.hpp"
#include "protocol/upload_session.hpp"
#include "protocol/upload_step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace flotilla::protocol {

/// The way of one blob into an open session of an ordinary registry in chunks, one after another,
/// as a machine without I/O, for `blob_upload` (distribution-spec, "Pushing a blob in chunks").
/// What is acknowledged survives a chunk that breaks: the registry is asked how far it came. The
/// size of the chunks never grows or shrinks within the session.
///
/// Life: `begin` once; then what each step asks for, until `close`, and `close_again` whenever the
/// registry turns out not to have the blob. After `gone`, `lost`, `unfit` and a failure, and for a
/// call that no step asked for, the answer is errc::internal.
class chunked_upload {
public:
  /// What kept a chunk from being acknowledged.
  enum class trouble : std::uint8_t {
    none,
    passing,  ///< nobody was reached, or we are to wait: 429, 503
    cut,      ///< it broke off on its way, or its answer did; 408
    answered, ///< another 5xx
  };
  /// Send this; what is answered means what it means after any upload.
  struct close {
    upload_step::send put;
  };
  /// The session has not outlived a trouble that was waited for: begin with a new one.
  struct gone {
    trouble after = trouble::none;
  };
  /// It is of no more use, and without any trouble: begin with a new one, but not for ever.
  struct lost {
    std::string why; ///< a clause: `the registry answered …`
  };
  /// Its chunks are not what the registry takes: begin with a new one in another way.
  struct unfit {
    enum class because : std::uint8_t { too_large, too_small, refused };
    because how = because::refused;
    std::uint64_t bytes = 0; ///< refused as too large; wanted at least
    failure why;             ///< where there is no other way
  };
  /// A `try_again` asks for a wait, then `again`.
  using step = std::variant<upload_step::send, upload_step::ready, try_again, close, gone, lost,
                            unfit, failure>;

  /// @param what names the upload for people
  /// @param terms what the chunks must keep to
  /// @param acknowledged bytes that lie in the session, as was written down by somebody else; the
  ///        registry is asked first. Nothing: the session is new.
  chunked_upload(const blob_order& order, std::string what, url session,
                 const registry_profile& terms, std::optional<std::uint64_t> acknowledged = {});

  [[nodiscard]] step begin();
  [[nodiscard]] step send_body();
  [[nodiscard]] step again();
  [[nodiscard]] step on_outcome(const http_outcome& outcome);
  [[nodiscard]] step close_again();

  /// Bytes of the blob that are acknowledged.
  std::uint64_t stored() const noexcept {
    return first_;
  }
  /// Where they lie: always the newest Location.
  const url& session() const noexcept {
    return session_;
  }
  /// Bytes have been acknowledged to us here.
  bool moved() const noexcept {
    return moved_;
  }
  /// Somebody else has begun this session.
  bool resumed() const noexcept {
    return resumed_;
  }
  /// How often the end was asked for.
  int closings() const noexcept {
    return closed_;
  }

private:
  enum class phase : std::uint8_t { begun, ready, sending, waiting, asking, closing, ended };

  step noted(step next);
  step misuse(const char* how) const;
  step go_on();
  step ask();
  step finish();
  step end(std::string why);
  step question(std::string why);
  step on_sent(const http_outcome& outcome);
  step on_accepted(const http_response& response);
  step on_mismatch(const http_response& response);
  step on_status(const http_outcome& outcome);
  step on_told(const http_response& response);
  std::optional<failure> follow_location(const http_response& response);
  file_slice slice() const; ///< the chunk that comes next
  http_request request(method verb, std::string at) const;

  file_slice blob_;
  digest id_;
  std::string what_;
  url session_;
  std::uint64_t chunk_; ///< bytes
  bool last_in_put_;
  bool believes_; ///< what the registry says that it holds
  bool resumed_;
  std::uint64_t first_;    ///< bytes that are acknowledged
  std::uint64_t furthest_; ///< bytes that the registry can hold
  phase phase_ = phase::begun;
  trouble trouble_ = trouble::none; ///< since the last chunk that was acknowledged
  bool moved_ = false;
  bool questioned_ = false; ///< the registry, for what it said without trouble
  int tries_ = 0;           ///< of the chunk at `first_`
  int closed_ = 0;          ///< times
};

/// What an answer says of chunks where it refuses one: that it takes none, at least not so.
bool refuses_chunks(int status) noexcept;

} // namespace flotilla::protocol

#pragma once

#include "protocol/endpoint.hpp"
#include "protocol/upload_session.hpp"
#include "protocol/verdict.hpp"

#include <cstdint>
#include <string>
#include <variant>

namespace flotilla::protocol {

/// One blob to bring to a repository.
struct blob_order {
  digest id;
  std::uint64_t size = 0; ///< bytes
  std::string path;       ///< the file that holds it
  std::string mount_from; ///< repository that may hold it already; empty: none known
};

/// The ways in which a blob can come to be confirmed.
enum class confirmation : std::uint8_t { present, mounted, uploaded, resumed };
const char* to_string(confirmation how) noexcept;

/// The upload of one blob that was not found, from opening a session to the registry's word that it
/// holds it, as a machine without I/O: it is told each outcome and answers with the next step. It
/// has no clock and no thread, so every odd registry is a list of outcomes in a test.
///
/// A session is opened by a mount: from the order's `mount_from`, or from the target repository
/// itself. The latter asks "do you have it?" and "may I send it?" in one request: 201 means that
/// the blob was there all along, 202 opens a session as any POST does (distribution-spec, "Mounting
/// a blob from another repository"). What is neither is answered by a plain POST.
///
/// Life: `begin` once; then what each step asks for, until `confirmed` or a failure. After that,
/// and for a call that no step asked for, the answer is errc::internal.
class blob_upload {
public:
  /// Send this, then `on_outcome`. `whole_blob`: its body is the blob and needs a body slot.
  struct send {
    http_request request;
    bool whole_blob = false;
  };
  /// A session stands open: call `send_body` once a body slot is free.
  struct ready {};
  /// Wait before attempt `attempt + 1`, then `again`.
  struct wait {
    unsigned attempt = 1;
    try_again why;
  };
  /// The registry says that the bytes are not the digest's: hash the file, then `on_hash`.
  struct hash_file {};
  /// The registry holds the blob.
  struct confirmed {
    confirmation how = confirmation::uploaded;
  };
  using step = std::variant<send, ready, wait, hash_file, confirmed, failure>;

  blob_upload(blob_order order, endpoint target);

  [[nodiscard]] step begin();
  [[nodiscard]] step send_body();
  [[nodiscard]] step again();
  [[nodiscard]] step on_outcome(const http_outcome& outcome);
  [[nodiscard]] step on_hash(const result<digest>& of_file);

  const blob_order& order() const noexcept {
    return order_;
  }
  /// The registry would not mount from there: other blobs need not try.
  bool mount_refused() const noexcept {
    return mount_refused_;
  }

private:
  enum class phase : std::uint8_t { mounting, opening, ready, sending, hashing, settling, ended };

  step react(const http_outcome& outcome);
  step noted(step next);
  step misuse(const char* how) const;
  step open(bool by_mount);
  step settle();
  step on_mount(const http_outcome& outcome);
  step on_opened(const http_outcome& outcome);
  step on_sent(const http_outcome& outcome);
  step on_settled(const http_outcome& outcome);
  step on_unsent(const no_response& none);
  step use_session(const http_response& response);
  step lost_session(const http_response& response);
  step settle_oddity(const http_response& response);
  step too_many_lost(const http_response& response);
  step later(try_again why, phase then);
  std::string what() const;

  blob_order order_;
  endpoint target_;
  upload_session session_;
  phase phase_ = phase::mounting;
  unsigned attempt_ = 1;
  int sessions_lost_ = 0;
  int mounts_ = 0;
  bool mount_refused_ = false;
  bool hashed_ = false;
};

template <class Inspector>
auto inspect(Inspector& f, blob_order& x) {
  return f(x.id, x.size, x.path, x.mount_from);
}

} // namespace flotilla::protocol

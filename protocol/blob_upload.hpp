#pragma once

#include "protocol/broken_record.hpp"
#include "protocol/chunked_upload.hpp"
#include "protocol/endpoint.hpp"
#include "protocol/ollama_upload.hpp"
#include "protocol/upload_method.hpp"
#include "protocol/upload_session.hpp"
#include "protocol/upload_step.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace flotilla::protocol {

/// The upload of one blob that was not found, from opening a session to the registry's word that it
/// holds it, as a machine without I/O: it is told each outcome and answers with the next step. It
/// has no clock and no thread, so every odd registry is a list of outcomes in a test.
///
/// A session is opened by a mount: from the order's `mount_from`, or from the target repository
/// itself. The latter asks "do you have it?" and "may I send it?" in one request: 201 means that
/// the blob was there all along, 202 opens a session as any POST does (distribution-spec, "Mounting
/// a blob from another repository"). What is neither is answered by a plain POST.
///
/// A session named by `Docker-Upload-Location` shows Ollama's registry, whose sessions take parts:
/// `ollama_upload` does these. From then on an upload begins with an announcement, which that
/// registry may answer with a storage's URL for the whole blob (docs/decisions/0010).
///
/// Into a session of any other registry the blob goes whole or in chunks, which `upload_method`
/// decides for each; `chunked_upload` does the latter.
///
/// Life: `begin` once; then what each step asks for, until `confirmed` or a failure. After that,
/// and for a call that no step asked for, the answer is errc::internal.
class blob_upload {
public:
  using send = upload_step::send;
  using ready = upload_step::ready;
  using wait = upload_step::wait;
  using hash_file = upload_step::hash_file;
  using sum_part = upload_step::sum_part;
  using confirmed = upload_step::confirmed;
  using step = std::variant<send, ready, wait, hash_file, sum_part, confirmed, failure>;

  /// @param ollama the registry has shown itself as Ollama's
  /// @param known what is known of any other; by default, that it takes no chunks
  /// @param resume what another upload of the blob left behind, its `resumable`: there it goes on,
  ///        or else it begins as any other
  blob_upload(blob_order order, endpoint target, bool ollama = false,
              const registry_profile& known = {}, std::optional<upload_session> resume = {});

  [[nodiscard]] step begin();
  [[nodiscard]] step send_body();
  [[nodiscard]] step again();
  [[nodiscard]] step on_outcome(const http_outcome& outcome);
  [[nodiscard]] step on_hash(const result<digest>& of_file);
  [[nodiscard]] step on_sum(const result<md5_sum>& of_part);

  const blob_order& order() const noexcept {
    return order_;
  }
  /// The registry would not mount from there: other blobs need not try.
  bool mount_refused() const noexcept {
    return mount_refused_;
  }
  /// The registry is Ollama's: other blobs may begin so.
  bool speaks_ollama() const noexcept {
    return ollama_;
  }
  /// What is known of the registry by now.
  const registry_profile& learned() const noexcept {
    return method_.learned();
  }
  /// Its blob may go in chunks: then there can be something `resumable`.
  bool may_leave_something() const noexcept {
    return method_.in_chunks();
  }
  /// Before `begin`: what was left behind is of no use.
  void begin_without() noexcept {
    resume_.reset();
  }
  /// Where somebody else can go on after us: worth writing down whenever it has changed, and before
  /// more is sent. Nothing: there is nothing to keep.
  std::optional<upload_session> resumable() const;
  /// The DELETE of a session that was given up since the last call (distribution-spec, end-11),
  /// where it is not known to be gone: worth sending, whatever is answered.
  std::optional<http_request> take_abandoned();
  /// Ends it before its time. @returns the DELETE of a session that nobody can go on with,
  /// likewise.
  std::optional<http_request> give_up();

private:
  enum class phase : std::uint8_t {
    mounting,
    announcing,
    opening,
    ready,
    sending,
    in_session,
    hashing,
    settling,
    ended
  };

  step react(const http_outcome& outcome);
  step noted(step next);
  step misuse(const char* how) const;
  step mount();
  step open();
  step begin_anew();
  void leave_session();
  step settle();
  step on_mount(const http_outcome& outcome);
  step on_announced(const http_outcome& outcome);
  step on_opened(const http_outcome& outcome);
  step on_sent(const http_outcome& outcome);
  step on_settled(const http_outcome& outcome);
  step on_unsent(const no_response& none);
  step on_refused_digest(const http_response& response);
  step use_session(const http_response& response);
  step use_ollama_session(const http_response& response, std::optional<storage_place> direct);
  step begin_chunks(url session, std::optional<std::uint64_t> acknowledged);
  step follow(ollama_upload::step next);
  step follow(chunked_upload::step next);
  step on_gone(chunked_upload::trouble after);
  step on_unfit(chunked_upload::unfit chunks);
  step on_too_large(failure why);
  step lost_session(const std::string& when);
  step settle_oddity(const http_response& response);
  step too_many_lost(const std::string& when) const;
  step later(try_again why, phase then);
  std::uint64_t kept() const;
  bool is_stored(const http_response& response) const;
  bool in_pieces() const;
  std::string what() const;

  blob_order order_;
  endpoint target_;
  upload_session session_;
  upload_method method_;
  std::optional<upload_session> resume_;
  std::optional<http_request> abandoned_;
  std::optional<ollama_upload> in_ollama_; ///< in the session that stands open, this or the next;
                                           ///< neither: the blob goes whole
  std::optional<chunked_upload> in_chunks_;
  broken_record record_; ///< of the blob, since the session was opened
  phase phase_ = phase::mounting;
  unsigned attempt_ = 1;
  int sessions_lost_ = 0;
  int mounts_ = 0;
  bool mount_refused_ = false;
  bool hashed_ = false;
  bool ollama_ = false;
  bool asked_ = false;    ///< whether the registry has it, by a mount
  bool announces_ = true; ///< to Ollama's registry
  bool all_sent_ = false; ///< to Ollama's registry, at least once
};

} // namespace flotilla::protocol

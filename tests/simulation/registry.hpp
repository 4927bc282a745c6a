#pragma once

#include "protocol/http.hpp"
#include "protocol/plan.hpp"
#include "protocol/url.hpp"
#include "tests/simulation/stage.hpp"
#include "tests/simulation/weather.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::simulation {

/// In what registries differ (shared protocol notes: distribution, zot, Quay, and what stands
/// before them).
struct habits {
  bool takes_tokens = false; ///< Bearer; else nobody is asked who he is
  std::chrono::seconds token_life{300};
  bool mounts = true;           ///< false: a mount opens a session
  bool strict_state = false;    ///< distribution 2.8: a Location behind the bytes ends its session
  bool keeps_cut = true;        ///< of a body that breaks off; false: its session ends, as zot's
  bool refuses_early = true;    ///< before the body has come; false: after
  bool checks_manifests = true; ///< that all blobs are there
  bool relative_locations = false;
  bool names_digests = true;     ///< in its answers to HEAD
  bool takes_chunks = true;      ///< false: a PATCH is answered with 405
  std::uint64_t least_chunk = 0; ///< bytes of all but the last, else 400; told of a new session
  std::uint64_t most_body = UINT64_MAX; ///< bytes; else 413
};

/// Holds digests and sizes. Blobs come as offsets and lengths, so that one of 10 GiB costs nothing;
/// whether the bytes were the right ones is known from the file that they came from.
class registry {
public:
  static constexpr const char* host = "registry.sim";
  static constexpr const char* repository = "team/model";
  static constexpr const char* mount_source = "team/base";

  /// @param sizes of each blob of the world, bytes: what its digest promises
  registry(stage& on, habits ways, std::function<std::uint64_t(const std::string&)> sizes)
    : on_(on), ways_(ways), sizes_(std::move(sizes)) {
  }

  /// A request without bytes of a blob.
  protocol::http_response handle(const protocol::http_request& request, const std::string& who);
  /// A body comes. @returns the refusal; nothing: it is taken, in parts, then `end`.
  std::optional<protocol::http_response> admit(const protocol::http_request& request,
                                               const std::string& who);
  /// @param right these are the bytes that belong there
  void take(const protocol::http_request& request, std::uint64_t offset, std::uint64_t length,
            bool right);
  void broke_off(const protocol::http_request& request);
  /// No more of its body will come.
  void stops(const protocol::http_request& request, const std::string& who);
  protocol::http_response end(const protocol::http_request& request);

  /// Whoever sends a blob has asked for it before, and was told the truth.
  void expect_checks() noexcept {
    all_is_checked_ = true;
  }

  // What becomes of it.
  void put_there(const std::string& where, const std::string& digest, std::uint64_t size);
  /// It holds the manifests, and has lost what it does not hold of the blobs.
  void had_all(const protocol::push_plan& of);
  void lose_blob(const std::string& digest);
  /// And answers 500 to whoever asks for it, until it gets it again.
  void break_blob(const std::string& digest);
  void become_empty();
  void expire_sessions();
  void revoke_tokens();
  std::string give_token();
  const habits& ways() const noexcept {
    return ways_;
  }

  // What it holds.
  bool has(const std::string& digest, std::uint64_t size) const;
  std::string manifest(const std::string& reference) const; ///< its bytes; empty: none
  bool has_lost(const std::string& digest) const {
    return lost_.count(digest) != 0;
  }

private:
  struct session {
    std::string opened_by;
    std::uint64_t state = 0; ///< of the newest Location
    std::uint64_t named = 0; ///< bytes that were held when it was given
    std::uint64_t held = 0;
    std::string digest; ///< of the file that its bytes come from
    bool right = true;
    bool asked = false; ///< since the newest Location was given
    std::set<std::string> users;
    std::string writer; ///< whose body is coming; empty: none is
  };
  struct kept_manifest {
    std::string type;
    std::string bytes;
  };
  using blobs = std::map<std::string, std::uint64_t>; ///< sizes by digest

  std::optional<protocol::http_response> refuse(const protocol::http_request& request);
  protocol::http_response blob_head(const std::string& digest) const;
  protocol::http_response open(const protocol::url& at, const std::string& who);
  std::optional<protocol::http_response> refuse_chunk(const protocol::http_request& request) const;
  protocol::http_response drop_session(const protocol::http_request& request);
  protocol::http_response status(const std::string& id);
  protocol::http_response store(const std::string& id, session& x, const std::string& digest);
  protocol::http_response put_manifest(const std::string& reference,
                                       const protocol::http_request& request);
  protocol::http_response get_manifest(const std::string& reference, bool with_body) const;
  std::optional<protocol::http_response> check_state(const protocol::http_request& request,
                                                     const std::string& who);
  std::string location(const std::string& id);

  stage& on_;
  habits ways_;
  std::function<std::uint64_t(const std::string&)> sizes_;
  std::map<std::string, blobs> repositories_;
  std::map<std::string, kept_manifest> manifests_; ///< by tag and by digest
  std::map<std::string, session> sessions_;        ///< by id
  std::map<std::string, moment> tokens_;           ///< until when
  bool all_is_checked_ = false;
  std::set<std::string> old_;    ///< blobs that it had from the start, and has
  std::set<std::string> lost_;   ///< blobs that it had and lost
  std::set<std::string> broken_; ///< blobs that it cannot tell of
  std::uint64_t last_session_ = 0;
  std::uint64_t last_token_ = 0;
};

/// What a request is about.
deed deed_of(const protocol::http_request& request);
/// The digest of the blob whose file it is.
std::string digest_of(const protocol::file_slice& file);
/// `name=` in a URL; empty: it is not there.
std::string parameter(const std::string& url, const std::string& name);

} // namespace flotilla::simulation

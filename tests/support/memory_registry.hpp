#pragma once

#include "tests/support/exchange.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace flotilla::test {

/// `sha256:<hex>` of these bytes, by OpenSSL.
std::string digest_of(const std::string& bytes);

/// How `Location` names an upload session.
enum class location_form {
  path,     ///< `/v2/…/uploads/ID`
  absolute, ///< `http://HOST/v2/…/uploads/ID`
  stateful, ///< path with a query that changes with every answer; an old one is refused
};

/// A small correct registry: requests in, answers out, everything in memory. Blobs (sessions,
/// chunks, single POST, mounts) and manifests, whose blobs must be there. Any thread may call.
class memory_registry {
public:
  struct habits {
    location_form location = location_form::path;
    std::uint64_t min_chunk = 0; ///< bytes, told as OCI-Chunk-Min-Length; 0: not told
    bool mounts = true;          ///< false: every mount is answered with an ordinary session
  };

  explicit memory_registry(habits manners) : habits_(manners) {
  }

  answer handle(const seen_request& request);

  std::optional<std::string> blob(const std::string& repository, const std::string& digest) const;
  std::optional<std::string> manifest(const std::string& repository,
                                      const std::string& reference) const;
  /// @returns the digest.
  std::string add_blob(const std::string& repository, std::string content);
  /// The repository loses that blob, as after an eager garbage collection.
  void forget_blob(const std::string& repository, const std::string& digest);
  /// Every upload session is lost, as after a restart.
  void forget_sessions();
  std::size_t open_sessions() const;
  /// In blobs and in open sessions, of all repositories.
  std::uint64_t held_bytes() const;

private:
  struct session {
    std::string repository;
    std::string bytes;
    int answers = 0; ///< given for it so far: the state of location_form::stateful
  };
  struct stored_manifest {
    std::string media_type;
    std::string bytes;
  };

  answer begin_upload(const seen_request& request, const std::string& repository);
  answer upload(const seen_request& request, const std::string& id);
  answer append(const seen_request& request, const std::string& id, session& to);
  answer finish(const seen_request& request, const std::string& id, session& from);
  answer progress(int status, const std::string& id, session& of, const seen_request& request);
  answer store_blob(const std::string& repository, const std::string& digest, std::string bytes);
  answer serve_blob(const std::string& repository, const std::string& digest) const;
  answer put_manifest(const seen_request& request, const std::string& repository,
                      const std::string& reference);
  answer serve_manifest(const std::string& repository, const std::string& reference) const;

  const habits habits_;
  mutable std::mutex lock_;                                                 // all below
  std::map<std::string, std::map<std::string, std::string>> blobs_;         ///< repository, digest
  std::map<std::string, std::map<std::string, stored_manifest>> manifests_; ///< …, tag or digest
  std::map<std::string, session> sessions_;
  int opened_ = 0;
};

} // namespace flotilla::test

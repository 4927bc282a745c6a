#pragma once

#include "protocol/digest.hpp"
#include "protocol/http.hpp"
#include "protocol/url.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::protocol {

/// One repository of one registry, and the requests that a push makes of it (distribution-spec,
/// "Endpoints"). Requests carry no authorization: the gateway adds it.
class endpoint {
public:
  endpoint() = default;
  endpoint(const url& registry, std::string repository);

  const url& registry() const noexcept {
    return registry_;
  }
  const std::string& repository() const noexcept {
    return repository_;
  }
  /// Another repository of the same registry.
  endpoint sibling(std::string repository) const;

  http_request probe() const; ///< GET /v2/
  http_request head_blob(const digest& id) const;
  http_request open_session() const; ///< POST, no body
  /// POST that tells Ollama's registry what is to come (ollama: x/transfer/upload.go). Other
  /// registries would take it for a blob without content.
  http_request announce(const digest& id, std::uint64_t size) const;
  /// POST that mounts the blob from `source` or else opens a session.
  http_request mount(const digest& id, std::string_view source) const;
  /// @param reference a tag or a digest
  http_request head_manifest(std::string_view reference) const;
  http_request get_manifest(std::string_view reference) const;
  http_request put_manifest(std::string_view reference, std::string_view media_type,
                            std::string bytes) const;

  template <class Inspector>
  friend auto inspect(Inspector& f, endpoint& x) {
    return f(x.registry_, x.repository_, x.base_);
  }

private:
  url registry_;
  std::string repository_;
  std::string base_; ///< `https://host/v2/<repository>/`
};

} // namespace flotilla::protocol

#include "protocol/endpoint.hpp"

#include "protocol/manifest.hpp"

namespace flotilla::protocol {

endpoint::endpoint(const url& registry, std::string repository)
  : registry_(registry), repository_(std::move(repository)) {
  base_ = registry_.origin() + "/v2/" + repository_ + '/';
}

endpoint endpoint::sibling(std::string repository) const {
  return endpoint{registry_, std::move(repository)};
}

http_request endpoint::probe() const {
  return {method::get, registry_.origin() + "/v2/", {}, {}, {}};
}

http_request endpoint::head_blob(const digest& id) const {
  return {method::head, base_ + "blobs/" + id.to_string(), {}, {}, {}};
}

http_request endpoint::open_session() const {
  return {method::post, base_ + "blobs/uploads/", {}, {}, {}};
}

http_request endpoint::announce(const digest& id, std::uint64_t size) const {
  return {method::post,
          base_ + "blobs/uploads/?digest=" + id.to_string(),
          {{"X-Redirect-Uploads", "2"}, {"X-Content-Length", std::to_string(size)}},
          {},
          {}};
}

http_request endpoint::mount(const digest& id, std::string_view source) const {
  return {method::post,
          base_ + "blobs/uploads/?mount=" + id.to_string() + "&from=" + percent_encoded(source),
          {},
          {},
          {}};
}

http_request endpoint::head_manifest(std::string_view reference) const {
  return {method::head,
          base_ + "manifests/" + std::string{reference},
          {{"Accept", std::string{media_type::accept_any_manifest}}},
          {},
          {}};
}

http_request endpoint::get_manifest(std::string_view reference) const {
  auto request = head_manifest(reference);
  request.verb = method::get;
  return request;
}

http_request endpoint::put_manifest(std::string_view reference, std::string_view media_type,
                                    std::string bytes) const {
  return {method::put,
          base_ + "manifests/" + std::string{reference},
          {{"Content-Type", std::string{media_type}}},
          std::move(bytes),
          {}};
}

} // namespace flotilla::protocol

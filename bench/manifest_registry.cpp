#include "bench/manifest_registry.hpp"

#include "protocol/manifest.hpp"

namespace flotilla::bench {

manifest_registry::manifest_registry(course& times) {
  constexpr auto any = R"(/v2/.+/manifests/([^/]+))";
  server_.set_payload_max_length(protocol::max_manifest_bytes);
  server_.Get("/v2/", [](const httplib::Request&, httplib::Response&) {});
  server_.Put(any, [this, &times](const httplib::Request& request, httplib::Response& response) {
    times.note(course::confirmed);
    put(request.matches[1], request.body);
    response.status = 201;
  });
  server_.Get(any, [this](const httplib::Request& request, httplib::Response& response) {
    serve(request.matches[1], response);
  });
  port_ = server_.bind_to_any_port("127.0.0.1");
  thread_ = std::thread{[this] { server_.listen_after_bind(); }};
}

manifest_registry::~manifest_registry() {
  server_.stop();
  thread_.join();
}

void manifest_registry::put(const std::string& reference, const std::string& bytes) {
  const std::lock_guard<std::mutex> hold{lock_};
  manifests_[reference] = bytes;
}

void manifest_registry::serve(const std::string& reference, httplib::Response& to) {
  const std::lock_guard<std::mutex> hold{lock_};
  const auto found = manifests_.find(reference);
  to.status = found == manifests_.end() ? 404 : 200;
  if (found == manifests_.end())
    return;
  to.set_header("Docker-Content-Digest", protocol::digest::of(found->second).to_string());
  to.set_content(found->second, std::string{protocol::media_type::oci_manifest});
}

} // namespace flotilla::bench

#include "tests/support/ollama_registry.hpp"

#include "tests/support/faults.hpp"
#include "tests/support/ollama_uploads.hpp"
#include "tests/support/scripted_registry.hpp"

#include <regex>

namespace flotilla::test {

struct ollama_registry::impl {
  explicit impl(ollama_registry_options options) : door(options.keys, noted) {
    uploads = std::make_unique<ollama_uploads>(options, storage.address(), content, noted);
    server.on("", "",
              [this](const seen_request& request) { return std::optional(serve(request)); });
    storage.on("", "",
               [this](const seen_request& request) { return std::optional(store(request)); });
  }

  answer serve(const seen_request& request);
  answer store(const seen_request& request);

  complaints noted;
  faults instead;
  memory_registry content{{}};
  ollama_door door;
  std::unique_ptr<ollama_uploads> uploads;
  scripted_registry storage; ///< last, as is `server`: they call the others
  scripted_registry server;
};

answer ollama_registry::impl::serve(const seen_request& request) {
  static const std::regex all_uploads("/v2/(.+)/blobs/uploads/");
  static const std::regex one_upload("/v2/(.+)/blobs/uploads/([^/]+)");
  static const std::regex one_manifest("/v2/(.+)/manifests/([^/]+)");
  constexpr const char* media_type = "application/vnd.docker.distribution.manifest.v2+json";
  if (const auto fault = instead.next(request))
    return *fault;
  if (const auto stopped = door.stop(request))
    return *stopped;
  std::smatch part;
  const auto& path = request.path;
  if (request.method == "POST" && std::regex_match(path, part, all_uploads))
    return uploads->begin(request, part[1]);
  if (std::regex_match(path, part, one_upload))
    return uploads->go_on(request, part[2]);
  if (request.method == "PUT" && std::regex_match(path, part, one_manifest)
      && !noted.expect(request.header("Content-Type") == media_type, request,
                       std::string("Content-Type must be ") + media_type))
    return registry_error(400, "MANIFEST_INVALID", "unknown media type");
  return content.handle(request);
}

answer ollama_registry::impl::store(const seen_request& request) {
  if (const auto fault = instead.next(request))
    return *fault;
  return uploads->store(request);
}

ollama_registry::ollama_registry(ollama_registry_options options)
  : impl_(std::make_unique<impl>(std::move(options))) {
}

ollama_registry::~ollama_registry() = default;

std::string ollama_registry::address() const {
  return impl_->server.address();
}

std::uint16_t ollama_registry::port() const {
  return impl_->server.port();
}

std::optional<std::string> ollama_registry::blob(const std::string& repository,
                                                 const std::string& digest) const {
  return impl_->content.blob(repository, digest);
}

std::optional<std::string> ollama_registry::manifest(const std::string& repository,
                                                     const std::string& tag) const {
  return impl_->content.manifest(repository, tag);
}

std::string ollama_registry::add_blob(const std::string& repository, std::string content) {
  return impl_->content.add_blob(repository, std::move(content));
}

std::vector<std::string> ollama_registry::violations() const {
  return impl_->noted.all();
}

void ollama_registry::answer_next(std::string method, const std::string& target, answer reply,
                                  int times) {
  impl_->instead.add(std::move(method), target, std::move(reply), times);
}

void ollama_registry::expire_tokens() {
  impl_->door.expire_tokens();
}

std::vector<seen_request> ollama_registry::log() const {
  return impl_->server.log();
}

std::vector<seen_request> ollama_registry::storage_log() const {
  return impl_->storage.log();
}

std::size_t ollama_registry::count(const std::string& method, const std::string& target) const {
  return impl_->server.count(method, target) + impl_->storage.count(method, target);
}

} // namespace flotilla::test

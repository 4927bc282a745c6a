#include "tests/system/chaos/comparison.hpp"

#include "tests/support/memory_registry.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <httplib.h>
#include <nlohmann/json.hpp>

namespace flotilla::test {

namespace {

using nlohmann::json;

std::string content_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class comparing {
public:
  comparing(const std::string& address, const std::string& repository, std::string layout)
    : client_("http://" + address), base_("/v2/" + repository), layout_(std::move(layout)) {
    client_.set_keep_alive(true);
    client_.set_read_timeout(60);
  }
  std::vector<std::string> run(const std::string& tag);

private:
  void expect_equal(const std::string& path, const json& descriptor);
  std::string file_of(const std::string& digest) const {
    return layout_ + "/blobs/sha256/" + digest.substr(digest.find(':') + 1);
  }

  httplib::Client client_;
  const std::string base_;
  const std::string layout_;
  std::vector<std::string> found_;
};

std::vector<std::string> comparing::run(const std::string& tag) {
  const auto index = json::parse(content_of(layout_ + "/index.json"));
  const auto& top = index.at("manifests").at(0);
  const auto id = top.at("digest").get<std::string>();
  for (const auto& reference : {tag, id})
    expect_equal("/manifests/" + reference, top);
  const auto manifest = json::parse(content_of(file_of(id)));
  auto blobs = manifest.at("layers");
  blobs.push_back(manifest.at("config"));
  for (const auto& blob : blobs)
    expect_equal("/blobs/" + blob.at("digest").get<std::string>(), blob);
  return found_;
}

void comparing::expect_equal(const std::string& path, const json& descriptor) {
  const auto digest = descriptor.at("digest").get<std::string>();
  const auto got = client_.Get(
    base_ + path, httplib::Headers{{"Accept", descriptor.at("mediaType").get<std::string>()}});
  if (!got || got->status != 200)
    found_.push_back(path + ": "
                     + (got ? std::to_string(got->status) + ' ' + got->body : "no answer"));
  else if (got->body.size() != descriptor.at("size").get<std::size_t>())
    found_.push_back(path + " has " + std::to_string(got->body.size()) + " bytes");
  else if (digest_of(got->body) != digest || got->body != content_of(file_of(digest)))
    found_.push_back(path + " has other bytes");
}

} // namespace

std::vector<std::string> differences(const std::string& address, const std::string& repository,
                                     const std::string& tag, const std::string& layout) {
  return comparing{address, repository, layout}.run(tag);
}

} // namespace flotilla::test

#include "protocol/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

using testing::HasSubstr;

const endpoint at{*parse_url("https://reg.example:5000"), "models/llama"};
const digest id = digest::of("");
// By sha256sum.
const std::string id_text
  = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Endpoint, MakesEachRequestAsTheSpecificationHasIt) {
  const std::string base = "https://reg.example:5000/v2/models/llama/";
  const struct {
    const char* name;
    http_request request;
    method verb;
    std::string url;
  } cases[] = {
    {"probe", at.probe(), method::get, "https://reg.example:5000/v2/"},
    {"head a blob", at.head_blob(id), method::head, base + "blobs/" + id_text},
    {"open a session", at.open_session(), method::post, base + "blobs/uploads/"},
    {"mount", at.mount(id, "library/base"), method::post,
     base + "blobs/uploads/?mount=" + id_text + "&from=library/base"},
    {"head a tag", at.head_manifest("v1"), method::head, base + "manifests/v1"},
    {"head a manifest by digest", at.head_manifest(id_text), method::head,
     base + "manifests/" + id_text},
    {"get a tag", at.get_manifest("v1"), method::get, base + "manifests/v1"},
    {"put a tag", at.put_manifest("v1", "a/b", "{}"), method::put, base + "manifests/v1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(c.request.verb, c.verb);
    EXPECT_EQ(c.request.url, c.url);
    EXPECT_EQ(c.request.fields.value("authorization"), "");
    EXPECT_TRUE(c.request.file.path.empty());
    EXPECT_TRUE(parse_url(c.request.url));
  }
}

TEST(Endpoint, EscapesWhatCouldEndAQueryParameter) {
  EXPECT_EQ(at.mount(id, "a&b=c#d e").url,
            "https://reg.example:5000/v2/models/llama/blobs/uploads/?mount=" + id_text
              + "&from=a%26b%3Dc%23d%20e");
}

TEST(Endpoint, AcceptsEveryKindOfManifest) {
  for (const auto& request : {at.head_manifest("v1"), at.get_manifest("v1")}) {
    const std::string accept{request.fields.value("accept")};
    for (const char* type :
         {"application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.index.v1+json",
          "application/vnd.docker.distribution.manifest.v2+json",
          "application/vnd.docker.distribution.manifest.list.v2+json"})
      EXPECT_THAT(accept, HasSubstr(type));
  }
}

TEST(Endpoint, PutsAManifestsBytesAsTheyAre) {
  const std::string bytes = "{ \n\"a\" :1}\n\n";
  auto put = at.put_manifest("v1", "application/vnd.oci.image.manifest.v1+json", bytes);
  EXPECT_EQ(put.content, bytes);
  EXPECT_EQ(put.body_length(), bytes.size());
  EXPECT_EQ(put.fields.value("content-type"), "application/vnd.oci.image.manifest.v1+json");
}

TEST(Endpoint, NamesItsSiblingInTheSameRegistry) {
  auto sibling = at.sibling("library/base");
  EXPECT_EQ(sibling.repository(), "library/base");
  EXPECT_EQ(sibling.registry().origin(), "https://reg.example:5000");
  EXPECT_EQ(sibling.head_blob(id).url, "https://reg.example:5000/v2/library/base/blobs/" + id_text);
}

TEST(Endpoint, LeavesOutThePortThatASchemeImplies) {
  EXPECT_EQ((endpoint{*parse_url("https://reg.example:443/ignored"), "m"}.probe().url),
            "https://reg.example/v2/");
  EXPECT_EQ((endpoint{*parse_url("http://localhost:80"), "m"}.probe().url), "http://localhost/v2/");
  EXPECT_EQ((endpoint{*parse_url("http://[::1]:5000"), "m"}.probe().url), "http://[::1]:5000/v2/");
}

} // namespace
} // namespace flotilla::protocol

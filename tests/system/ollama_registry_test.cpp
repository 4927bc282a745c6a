#include "tests/system/ollama_speaker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

// The tests' Ollama registry: what it takes, and what it complains of.

namespace flotilla::test {

namespace {

using namespace ollama;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* docker_manifest = "application/vnd.docker.distribution.manifest.v2+json";

ollama_registry_options taking(ollama_upload how) {
  ollama_registry_options options;
  options.upload = how;
  return options;
}

TEST(OllamaRegistry, AsksForATokenAndGivesItForASignature) {
  auto options = taking(ollama_upload::direct);
  const auto ours = key();
  options.keys.public_key.assign(ours.public_key.begin(), ours.public_key.end());
  ollama_registry there(options);
  speaker client(there);
  const auto refused = client.client().Head(speaker::digest_target("x"));
  ASSERT_EQ(status_of(refused), 401);
  EXPECT_EQ(refused->get_header_value("WWW-Authenticate"),
            "Bearer realm=\"http://" + there.address()
              + "/v2/token\",service=\"ollama.test\",scope=\"repository:me/tiny:pull\"");
  client.log_in("pull");
  EXPECT_EQ(status_of(client.client().Head(speaker::digest_target("x"), client.with_token())), 404);
  EXPECT_EQ(status_of(client.announce("x")), 401); // it lacks push
  there.add_blob(repository, "x");
  EXPECT_EQ(status_of(client.client().Head(speaker::digest_target("x"), client.with_token())), 200);
  there.expire_tokens();
  EXPECT_EQ(status_of(client.client().Head(speaker::digest_target("x"), client.with_token())), 401);
  EXPECT_THAT(there.violations(), IsEmpty());
  EXPECT_EQ(there.count("GET", "^/v2/token"), 1U);
}

TEST(OllamaRegistry, GivesNoTokenToOthersOrAtAnotherTime) {
  auto options = taking(ollama_upload::direct);
  options.keys.public_key = std::string(32, 'x');
  ollama_registry for_another(options);
  const speaker stranger(for_another);
  EXPECT_EQ(status_of(stranger.send(stranger.signed_request("-"))), 401);
  EXPECT_THAT(for_another.violations(), IsEmpty());
  ollama_registry there(taking(ollama_upload::direct));
  const speaker client(there);
  for (const auto apart : {-400, 400})
    EXPECT_EQ(
      status_of(client.send(client.signed_request("-", now() + std::chrono::seconds(apart)))), 401);
  EXPECT_THAT(there.violations(), IsEmpty());
}

TEST(OllamaRegistry, SeesWhenASignatureIsNotForThisRequest) {
  ollama_registry there;
  const speaker client(there);
  const auto good = client.signed_request("repository:a/b:pull");
  EXPECT_EQ(status_of(client.send(good)), 200);
  const auto refuse = [&](const std::function<void(protocol::ollama_token_request&)>& change,
                          const char* complaint) {
    auto made = client.signed_request("repository:a/b:pull");
    change(made);
    EXPECT_EQ(status_of(client.send(made)), 401) << complaint;
    ASSERT_FALSE(there.violations().empty()) << complaint;
    EXPECT_THAT(there.violations().back(), HasSubstr(complaint));
  };
  refuse([&](auto& x) { x = good; }, "nonce is used up");
  refuse([](auto& x) { x.where.target.back() ^= 1; }, "signature is wrong");
  refuse([](auto& x) { x.where.target += "&zone=1"; }, "signature is wrong");
  refuse([](auto& x) { x.where.target.replace(x.where.target.find("%3A"), 3, ":"); },
         "signature is wrong");
  refuse([](auto& x) { x.where.target += "&a=1"; }, "not sorted");
  refuse([](auto& x) { x.where.target.replace(x.where.target.find("nonce="), 7, "nonce=$"); },
         "nonce");
  refuse([](auto& x) { x.where.target.replace(x.where.target.find("ollama.test"), 6, "other"); },
         "service");
  refuse([](auto& x) { x.authorization.insert(0, "Bearer "); }, "PUBLIC KEY:SIGNATURE");
  refuse([](auto& x) { x.authorization.pop_back(); }, "PUBLIC KEY:SIGNATURE");
  refuse([](auto& x) { x.authorization.clear(); }, "PUBLIC KEY:SIGNATURE");
}

TEST(OllamaRegistry, TakesABlobDirectly) {
  ollama_registry there;
  speaker client(there);
  client.log_in();
  const auto opened = client.announce("hello");
  ASSERT_EQ(status_of(opened), 202);
  const auto stored = speaker::put_away(
    url_in(opened, "X-Direct-Upload-URL"), "hello",
    {{"X-Blob-Digest", opened->get_header_value("X-Signed-Header-X-Blob-Digest")}},
    "application/x-blob");
  EXPECT_EQ(status_of(stored), 200);
  const auto ended = client.client().Put(
    client.session_in(opened) + "&digest=" + digest_of("hello"), client.with_token(), "", "");
  EXPECT_EQ(status_of(ended), 201);
  EXPECT_EQ(there.blob(repository, digest_of("hello")), "hello");
  EXPECT_EQ(status_of(client.announce("hello")), 201); // there already
  const auto manifest = R"({"config":{"digest":")" + digest_of("hello") + R"("},"layers":[]})";
  const auto tagged = std::string("/v2/") + repository + "/manifests/latest";
  EXPECT_EQ(status_of(client.client().Put(tagged, client.with_token(), manifest, docker_manifest)),
            201);
  EXPECT_EQ(there.manifest(repository, "latest"), manifest);
  EXPECT_THAT(there.violations(), IsEmpty());
  EXPECT_EQ(there.storage_log().size(), 1U);
}

TEST(OllamaRegistry, TakesABlobInPartsItself) {
  ollama_registry there(taking(ollama_upload::kept));
  speaker client(there);
  client.log_in();
  const auto opened = client.announce("helloworld");
  ASSERT_EQ(status_of(opened), 202);
  const auto first = client.send_part(client.session_in(opened), 0, "hello");
  ASSERT_EQ(status_of(first), 202);
  const auto second = client.send_part(client.session_in(first), 5, "world");
  ASSERT_EQ(status_of(second), 202);
  EXPECT_EQ(status_of(client.finish(client.session_in(second), "helloworld", {"hello", "world"})),
            201);
  EXPECT_EQ(there.blob(repository, digest_of("helloworld")), "helloworld");
  EXPECT_THAT(there.violations(), IsEmpty());
}

TEST(OllamaRegistry, SendsThePartsOfABlobToItsStorage) {
  auto options = taking(ollama_upload::redirected);
  options.relative = true;
  ollama_registry there(options);
  speaker client(there);
  client.log_in();
  const auto opened = client.announce("helloworld");
  ASSERT_EQ(status_of(opened), 202);
  const auto lost = client.send_part(client.session_in(opened), 0, "hell");
  ASSERT_EQ(status_of(lost), 307);
  const auto first = client.send_part(client.session_in(opened), 0, "hello"); // once more
  ASSERT_EQ(status_of(first), 307);
  there.answer_next("PUT", "^/store/", {503, {}, "SlowDown", {}});
  EXPECT_EQ(status_of(speaker::put_away(url_in(first, "Location"), "hello")), 503);
  EXPECT_EQ(status_of(speaker::put_away(url_in(first, "Location"), "hello")), 200);
  const auto second = client.send_part(client.session_in(first), 5, "world");
  ASSERT_EQ(status_of(second), 307);
  EXPECT_EQ(status_of(speaker::put_away(url_in(second, "Location"), "world")), 200);
  EXPECT_EQ(status_of(client.finish(client.session_in(second), "helloworld", {"hello", "world"})),
            201);
  EXPECT_EQ(there.blob(repository, digest_of("helloworld")), "helloworld");
  EXPECT_THAT(there.violations(), IsEmpty());
}

TEST(OllamaRegistry, TakesAnEmptyBlobInNoParts) {
  ollama_registry there(taking(ollama_upload::kept));
  speaker client(there);
  client.log_in();
  const auto opened = client.announce("");
  const auto ended = client.client().Put(client.session_in(opened) + "&digest=" + digest_of("")
                                           + "&etag=d41d8cd98f00b204e9800998ecf8427e-0",
                                         client.with_token(), "", "");
  EXPECT_EQ(status_of(ended), 201);
  EXPECT_EQ(there.blob(repository, digest_of("")), "");
}

TEST(OllamaRegistry, ComplainsOfAnAnnouncementThatIsNone) {
  ollama_registry there;
  speaker client(there);
  client.log_in();
  const auto target = std::string("/v2/") + repository + "/blobs/uploads/?digest=" + digest_of("x");
  const struct {
    std::string target;
    httplib::Headers headers;
    const char* body;
    const char* complaint;
  } cases[] = {
    {target, {{"X-Redirect-Uploads", "1"}, {"X-Content-Length", "1"}}, "", "must be 2"},
    {target, {{"X-Content-Length", "1"}}, "", "must be 2"},
    {target, {{"X-Redirect-Uploads", "2"}}, "", "X-Content-Length"},
    {target, {{"X-Redirect-Uploads", "2"}, {"X-Content-Length", "-1"}}, "", "X-Content-Length"},
    {target, {{"X-Redirect-Uploads", "2"}, {"X-Content-Length", "1"}}, "x", "body of length 0"},
    {target.substr(0, target.find('?')),
     {{"X-Redirect-Uploads", "2"}, {"X-Content-Length", "1"}},
     "",
     "no fit digest"},
  };
  std::size_t complaints = 0;
  for (const auto& x : cases) {
    auto headers = client.with_token();
    headers.insert(x.headers.begin(), x.headers.end());
    EXPECT_EQ(status_of(client.client().Post(x.target, headers, x.body, "")), 400) << x.complaint;
    ASSERT_EQ(there.violations().size(), ++complaints) << x.complaint;
    EXPECT_THAT(there.violations().back(), HasSubstr(x.complaint));
  }
}

TEST(OllamaRegistry, ComplainsOfAStorageThatIsToldTooMuchOrTooLittle) {
  ollama_registry there;
  speaker client(there);
  client.log_in();
  const auto opened = client.announce("hello");
  const auto url = url_in(opened, "X-Direct-Upload-URL");
  const httplib::Headers sealed{{"X-Blob-Digest", digest_of("hello")}};
  auto with_token = client.with_token();
  with_token.insert(*sealed.begin());
  const auto put = [&](const std::string& to, const std::string& bytes,
                       const httplib::Headers& headers, const char* type = "application/x-blob") {
    return status_of(speaker::put_away(to, bytes, headers, type));
  };
  EXPECT_EQ(put(url, "hello", with_token), 400);
  EXPECT_EQ(put(url, "hello", {}), 400);
  EXPECT_EQ(put(url, "hello", sealed, "application/octet-stream"), 400);
  EXPECT_EQ(put(url, "hell", sealed), 400);
  EXPECT_EQ(put(url + "&more", "hello", sealed), 400);
  auto changed = url;
  changed.replace(changed.find("%2f"), 3, "%2F");
  EXPECT_EQ(put(changed, "hello", sealed), 400);
  EXPECT_THAT(there.violations(),
              ElementsAre(HasSubstr("Authorization"), HasSubstr("X-Blob-Digest"),
                          HasSubstr("Content-Type"), HasSubstr("as long"), HasSubstr("changed"),
                          HasSubstr("changed")));
  EXPECT_EQ(put(url, "hello", sealed), 200);
}

TEST(OllamaRegistry, ComplainsOfPartsAndEndsThatDoNotFit) {
  auto options = taking(ollama_upload::kept);
  options.least_part = 3;
  ollama_registry there(options);
  speaker client(there);
  client.log_in();
  const auto session = client.session_in(client.announce("helloworld"));
  EXPECT_EQ(status_of(client.send_part(session, 5, "world")), 400);
  EXPECT_EQ(status_of(client.send_part(session, 0, "he")), 400);
  EXPECT_EQ(status_of(client.send_part(session, 0, "helloworld!")), 400);
  const auto next = client.session_in(client.send_part(session, 0, "hello"));
  const auto last = client.session_in(client.send_part(next, 5, "world"));
  EXPECT_EQ(status_of(client.finish(next, "helloworld", {"hello", "world"})), 400);
  EXPECT_EQ(status_of(client.finish(last, "helloworld", {"helloworld"})), 400);
  EXPECT_EQ(status_of(client.finish(last, "hello", {"hello", "world"})), 400);
  EXPECT_EQ(status_of(client.finish(last + "0", "helloworld", {"hello", "world"})), 400);
  EXPECT_THAT(there.violations(),
              ElementsAre(HasSubstr("must be 0-4"), HasSubstr("too small"),
                          HasSubstr("not a part of the blob"), HasSubstr("named last"),
                          HasSubstr("etag"), HasSubstr("another digest"), HasSubstr("named last")));
  EXPECT_EQ(status_of(client.finish(last, "helloworld", {"hello", "world"})), 201);
  EXPECT_EQ(status_of(client.send_part(last, 5, "world")), 404); // it is over
}

} // namespace

} // namespace flotilla::test

#include "actors/order_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace flotilla::actors {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using protocol::errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// By sha256sum of the two bytes `{}`.
const std::string digest_of_braces
  = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";

/// Every value another one than its default.
push_order sample() {
  push_order order;
  order.source = {"blobs:/data/models/\"llama\" ü", "/data/manifest.json"};
  order.mount_from = "models/base";
  order.target
    = *protocol::parse_reference("registry.example:5000/models/llama:v1@" + digest_of_braces);
  order.at = {*protocol::parse_url("http://registry.example:5000"), "models/llama"};
  order.tags = {"latest", "v1.0"};
  order.options.to = purpose::verify;
  order.options.check = protocol::check_mode::always;
  order.options.verify = verification::blobs;
  order.options.uploads = 7;
  order.options.max_uploads = 40;
  order.options.checks = 99;
  order.options.bandwidth = 18'446'744'073'709'551'615u;
  order.options.chunk = 16'777'216;
  order.options.retry_budget = 1'234ms;
  order.options.reach_budget = 5'678ms;
  return order;
}

/// What must be there and no more.
json least() {
  return {{"source", "oci:/models/llama"},
          {"reference", "registry.example/models/llama:v1"},
          {"registry", "https://registry.example"}};
}

/// `least` with another member, or one of `options`.
json with(const char* name, json value) {
  auto object = least();
  object[name] = std::move(value);
  return object;
}
json with_option(const char* name, json value) {
  return with("options", {{name, std::move(value)}});
}
json without(const char* name) {
  auto object = least();
  object.erase(name);
  return object;
}

/// As JSON, but with these digits for a number: JSON libraries hold none that is so large.
std::string with_number(const char* name, const std::string& digits) {
  auto text = with_option(name, "#").dump();
  return text.replace(text.find("\"#\""), 3, digits);
}

TEST(OrderJson, IsOneLineWithWordsMillisecondsAndTexts) {
  const auto text = to_json(sample());
  EXPECT_THAT(text, Not(HasSubstr("\n")));
  const json expected{
    {"source", "blobs:/data/models/\"llama\" ü"},
    {"manifest_file", "/data/manifest.json"},
    {"mount_from", "models/base"},
    {"reference", "registry.example:5000/models/llama:v1@" + digest_of_braces},
    {"registry", "http://registry.example:5000"},
    {"repository", "models/llama"},
    {"tags", {"latest", "v1.0"}},
    {"options",
     {{"purpose", "verify"},
      {"check", "always"},
      {"verify", "blobs"},
      {"uploads", 7},
      {"max_uploads", 40},
      {"checks", 99},
      {"bandwidth", 18'446'744'073'709'551'615u},
      {"chunk", 16'777'216},
      {"retry_budget_ms", 1'234},
      {"reach_budget_ms", 5'678}}},
  };
  EXPECT_EQ(json::parse(text, nullptr, false), expected);
}

TEST(OrderJson, ComesBackAsItWas) {
  const auto order = parse_push_order(to_json(sample()));
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->source.text, "blobs:/data/models/\"llama\" ü");
  EXPECT_EQ(order->source.manifest_file, "/data/manifest.json");
  EXPECT_EQ(order->mount_from, "models/base");
  EXPECT_EQ(order->target.host, "registry.example:5000");
  EXPECT_EQ(order->target.repository, "models/llama");
  EXPECT_EQ(order->target.tag, "v1");
  ASSERT_TRUE(order->target.id);
  EXPECT_EQ(order->target.id->to_string(), digest_of_braces);
  EXPECT_EQ(order->at.registry().to_string(), "http://registry.example:5000/");
  EXPECT_FALSE(order->at.registry().secure);
  EXPECT_EQ(order->at.registry().port, 5000);
  EXPECT_EQ(order->at.repository(), "models/llama");
  EXPECT_EQ(order->at.get_manifest("v1").url,
            "http://registry.example:5000/v2/models/llama/manifests/v1");
  EXPECT_THAT(order->tags, ElementsAre("latest", "v1.0"));
  EXPECT_EQ(order->options.to, purpose::verify);
  EXPECT_EQ(order->options.check, protocol::check_mode::always);
  EXPECT_EQ(order->options.verify, verification::blobs);
  EXPECT_EQ(order->options.uploads, 7u);
  EXPECT_EQ(order->options.max_uploads, 40u);
  EXPECT_EQ(order->options.checks, 99u);
  EXPECT_EQ(order->options.bandwidth, 18'446'744'073'709'551'615u);
  EXPECT_EQ(order->options.chunk, 16'777'216u);
  EXPECT_EQ(order->options.retry_budget, 1'234ms);
  EXPECT_EQ(order->options.reach_budget, 5'678ms);
}

TEST(OrderJson, KeepsEveryWord) {
  for (auto to : {purpose::push, purpose::plan, purpose::verify})
    for (auto check : {protocol::check_mode::automatic, protocol::check_mode::always,
                       protocol::check_mode::never})
      for (auto verify : {verification::none, verification::manifest, verification::blobs}) {
        auto order = sample();
        order.options.to = to;
        order.options.check = check;
        order.options.verify = verify;
        const auto back = parse_push_order(to_json(order));
        ASSERT_TRUE(back) << back.error().message;
        EXPECT_EQ(back->options.to, to);
        EXPECT_EQ(back->options.check, check);
        EXPECT_EQ(back->options.verify, verify);
      }
}

TEST(OrderJson, KeepsAReferenceByDigestAloneWithoutATag) {
  auto order = sample();
  order.target = *protocol::parse_reference("registry.example/m@" + digest_of_braces);
  const auto back = parse_push_order(to_json(order));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->target.tag, "");
  EXPECT_EQ(back->target.to_string(), "registry.example/m@" + digest_of_braces);
}

TEST(OrderJson, KeepsARegistryThatAnswersElsewhere) {
  auto order = sample();
  order.target = *protocol::parse_reference("docker.io/library/llama:v1");
  order.at = {protocol::registry_endpoint("docker.io", true), "library/llama"};
  const auto back = parse_push_order(to_json(order));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->target.host, "docker.io");
  EXPECT_EQ(back->at.registry().origin(), "https://registry-1.docker.io");
}

TEST(OrderJson, KeepsPathsByteForByte) {
  for (const std::string& path :
       {std::string{"/models/\xFF\xFE"}, std::string{"/models/a\nb\tc\x01"},
        std::string{"/models/\xEF\xBF\xBD"}, std::string{"/models/\xC3"},
        std::string{"/m\xED\xA0\x80"}, std::string{"/日本語"}, std::string(4096, '\x80')}) {
    auto order = sample();
    order.source = {"oci:" + path, path};
    const auto back = parse_push_order(to_json(order));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(back->source.text, "oci:" + path);
    EXPECT_EQ(back->source.manifest_file, path);
  }
}

TEST(OrderJson, HasNoPlaceForSecrets) {
  auto order = sample();
  order.at = {{true, "registry.example", 443, "/?token=hunter2"}, "models/llama"};
  EXPECT_THAT(to_json(order), Not(HasSubstr("hunter2")));
  const auto refused = parse_push_order(with("registry", "https://ann:hunter2@reg.example").dump());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("registry"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("hunter2")));
}

TEST(OrderJson, HasDefaultsForWhatIsNotThere) {
  const auto order = parse_push_order(least().dump());
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->source.text, "oci:/models/llama");
  EXPECT_EQ(order->source.manifest_file, "");
  EXPECT_EQ(order->mount_from, "");
  EXPECT_EQ(order->at.repository(), "models/llama"); // the reference's
  EXPECT_THAT(order->tags, IsEmpty());
  EXPECT_EQ(order->options.to, purpose::push);
  EXPECT_EQ(order->options.check, protocol::check_mode::automatic);
  EXPECT_EQ(order->options.verify, verification::manifest);
  EXPECT_EQ(order->options.uploads, 32u);
  EXPECT_EQ(order->options.max_uploads, 0u);
  EXPECT_EQ(order->options.checks, 128u);
  EXPECT_EQ(order->options.bandwidth, 0u);
  EXPECT_EQ(order->options.chunk, 0u);
  EXPECT_EQ(order->options.retry_budget, 10min);
  EXPECT_EQ(order->options.reach_budget, 30s);
}

TEST(OrderJson, PassesOverWhatANewerCoordinatorAdds) {
  auto object = with_option("priority", json{{"of", {1, 2, 3}}});
  object["colour"] = "red";
  object["source_2"] = nullptr;
  const auto order = parse_push_order(object.dump());
  ASSERT_TRUE(order) << order.error().message;
  EXPECT_EQ(order->source.text, "oci:/models/llama");
}

TEST(OrderJson, TakesNumbersUpToTheirBounds) {
  EXPECT_EQ(parse_push_order(with_option("uploads", 1).dump())->options.uploads, 1u);
  EXPECT_EQ(parse_push_order(with_option("uploads", 32).dump())->options.uploads, 32u);
  EXPECT_EQ(parse_push_order(with_option("checks", 1024).dump())->options.checks, 1024u);
  EXPECT_EQ(
    parse_push_order(with_option("max_uploads", 4'294'967'295u).dump())->options.max_uploads,
    4'294'967'295u);
  EXPECT_EQ(
    parse_push_order(with_option("retry_budget_ms", 31'622'400'000).dump())->options.retry_budget,
    366 * 24h);
}

TEST(OrderJson, ThatIsWrongIsRefusedByTheNameOfItsMember) {
  const json list = json::array({"a"});
  const struct {
    const char* member; ///< that the message names
    std::string text;
  } cases[] = {
    {"source", without("source").dump()},
    {"source", with("source", "").dump()},
    {"source", with("source", 1).dump()},
    {"source", with("source", nullptr).dump()},
    {"source", with("source", list).dump()},
    {"source.base64", with("source", json::object()).dump()},
    {"source.base64", with("source", {{"base64", 1}}).dump()},
    {"source.base64", with("source", {{"base64", "*"}}).dump()},
    {"manifest_file", with("manifest_file", true).dump()},
    {"manifest_file", with("manifest_file", 1.5).dump()},
    {"mount_from", with("mount_from", "Models/Base").dump()},
    {"mount_from", with("mount_from", "a//b").dump()},
    {"mount_from", with("mount_from", list).dump()},
    {"reference", without("reference").dump()},
    {"reference", with("reference", "").dump()},
    {"reference", with("reference", "no-host").dump()},
    {"reference", with("reference", "registry.example/m@sha256:12").dump()},
    {"reference", with("reference", "registry.example/m@md5:" + std::string(64, 'a')).dump()},
    {"reference", with("reference", "registry.example/m@sha256:" + std::string(64, 'g')).dump()},
    {"reference", with("reference", json::object()).dump()},
    {"registry", without("registry").dump()},
    {"registry", with("registry", "registry.example").dump()},
    {"registry", with("registry", "ftp://registry.example").dump()},
    {"registry", with("registry", "https://registry.example:99999").dump()},
    {"registry", with("registry", "https://registry.example/v2/").dump()},
    {"registry", with("registry", "https://registry.example/?token=x").dump()},
    {"registry", with("registry", "https://").dump()},
    {"registry", with("registry", 443).dump()},
    {"repository", with("repository", "../../etc").dump()},
    {"repository", with("repository", "").dump()},
    {"repository", with("repository", -1).dump()},
    {"tags", with("tags", "latest").dump()},
    {"tags", with("tags", {{"a", "b"}}).dump()},
    {"tags", with("tags", json::array({"a", 1})).dump()},
    {"tags", with("tags", json::array({"a", ""})).dump()},
    {"tags", with("tags", json::array({"a b"})).dump()},
    {"options", with("options", list).dump()},
    {"options", with("options", "fast").dump()},
    {"options", with("options", nullptr).dump()},
    {"options.purpose", with_option("purpose", "destroy").dump()},
    {"options.purpose", with_option("purpose", "Push").dump()},
    {"options.purpose", with_option("purpose", "").dump()},
    {"options.purpose", with_option("purpose", 0).dump()},
    {"options.check", with_option("check", "sometimes").dump()},
    {"options.verify", with_option("verify", false).dump()},
    {"options.verify", with_option("verify", "all").dump()},
    {"options.uploads", with_option("uploads", 0).dump()},
    {"options.uploads", with_option("uploads", 33).dump()},
    {"options.uploads", with_option("uploads", -1).dump()},
    {"options.uploads", with_option("uploads", "7").dump()},
    {"options.uploads", with_option("uploads", 7.0).dump()},
    {"options.uploads", with_option("uploads", 4'294'967'297).dump()}, // 1, were it cut
    {"options.max_uploads", with_option("max_uploads", 4'294'967'296).dump()},
    {"options.max_uploads", with_option("max_uploads", -1).dump()},
    {"options.checks", with_option("checks", 0).dump()},
    {"options.checks", with_option("checks", 1025).dump()},
    {"options.bandwidth", with_option("bandwidth", -1).dump()},
    {"options.chunk", with_option("chunk", -1).dump()},
    {"options.bandwidth", with_option("bandwidth", 1e6).dump()},
    {"options.bandwidth", with_number("bandwidth", "18446744073709551616")},
    {"options.bandwidth", with_number("bandwidth", "1" + std::string(300, '0'))},
    {"options.bandwidth", with_number("bandwidth", "1e300")},
    {"options.retry_budget_ms", with_option("retry_budget_ms", -1).dump()},
    {"options.retry_budget_ms", with_option("retry_budget_ms", 31'622'400'001).dump()},
    {"options.retry_budget_ms", with_number("retry_budget_ms", "9223372036854775808")},
    {"options.reach_budget_ms", with_option("reach_budget_ms", "30s").dump()},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text.substr(0, 200));
    const auto order = parse_push_order(c.text);
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, errc::malformed);
    EXPECT_THAT(order.error().message,
                HasSubstr("the order of a push: `" + std::string{c.member} + '`'));
    EXPECT_LT(order.error().message.size(), 1000u);
  }
}

TEST(OrderJson, ThatIsNoObjectIsRefused) {
  std::string deep = R"({"source":)";
  for (int i = 0; i < 10'000; ++i)
    deep += R"({"a":)";
  for (const std::string& text :
       {std::string{}, std::string{"{"}, std::string{"null"}, std::string{"[]"}, std::string{"1"},
        std::string{"\"oci:/models\""}, std::string{"source: oci"},
        std::string{"{\"source\":\"\xFF\"}"}, to_json(sample()) + "x",
        to_json(sample()).substr(0, 100), std::string(10'000, '['),
        std::string(10'000, '[') + std::string(10'000, ']'), deep}) {
    SCOPED_TRACE(text.substr(0, 60));
    const auto order = parse_push_order(text);
    ASSERT_FALSE(order);
    EXPECT_EQ(order.error().code, errc::malformed);
    EXPECT_THAT(order.error().message, HasSubstr("the order of a push: "));
  }
}

TEST(OrderJson, ThatIsLongerThanItsBoundIsRefusedUnread) {
  auto text = least().dump();
  text.append(most_order_bytes - text.size(), ' ');
  EXPECT_TRUE(parse_push_order(text));
  const auto order = parse_push_order(text + ' ');
  ASSERT_FALSE(order);
  EXPECT_THAT(order.error().message, HasSubstr("more than 1048576 bytes"));
}

TEST(OrderJson, ThatIsWrongShowsNothingThatATerminalObeys) {
  const auto order
    = parse_push_order(with_option("purpose", "\x1b[2J" + std::string(5'000, 'x')).dump());
  ASSERT_FALSE(order);
  EXPECT_THAT(order.error().message, Not(HasSubstr("\x1b")));
  EXPECT_LT(order.error().message.size(), 200u);
}

} // namespace
} // namespace flotilla::actors

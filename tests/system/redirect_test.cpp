#include "tests/support/scripted_registry.hpp"
#include "tests/support/tls_front.hpp"
#include "tests/system/program.hpp"

#include <gtest/gtest.h>

namespace flotilla::test {

namespace {

constexpr auto always = scripted_registry::always;

/// A registry with a password, and a store of another origin to which it sends whoever comes.
class Redirect : public ::testing::Test {
protected:
  static scripted_registry_options closed() {
    scripted_registry_options options;
    options.entry.kind = login::basic;
    options.entry.user = "captain";
    options.entry.password = "secret";
    return options;
  }
  program flotilla;
  small_model model{flotilla};
  scripted_registry there{closed()};
  scripted_registry store;

  ended push(const std::string& address, std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--username", "captain", "--password-stdin"});
    return flotilla.push(model.source, address + "/m:v1", std::move(more), "secret");
  }
  /// The store keeps bodies for the registry.
  void let_store_keep() {
    store.on("PUT", "/keep", [this](const seen_request& request) {
      there.content().add_blob("m", request.body);
      return std::optional{answer{201, {}, {}, {}}};
    });
  }
  void expect_store_saw_no_login(std::size_t least) const {
    EXPECT_GE(store.log().size(), least);
    for (const auto& request : store.log())
      EXPECT_EQ(request.header("Authorization"), "") << request.target;
  }
};

TEST_F(Redirect, OfABodyIsFollowedWithoutTheLogin) {
  let_store_keep();
  for (const auto status : {307, 308}) {
    there.on("PUT", "/uploads/",
             answer{status, {{"Location", "http://" + store.address() + "/keep"}}, {}, {}}, 2);
  }
  const auto pushed = push(there.address());
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_store_saw_no_login(4);
  for (const auto& x : model.layers)
    EXPECT_EQ(there.content().blob("m", x.id().to_string()), x.bytes);
}

TEST_F(Redirect, LocationOfAnotherOriginGetsNoLogin) {
  let_store_keep();
  there.on("POST", "/uploads/",
           answer{202, {{"Location", "http://" + store.address() + "/keep?ticket=1"}}, {}, {}}, 4);
  const auto pushed = push(there.address(), {"--mount-from", "base"});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_store_saw_no_login(4);
  for (const auto& request : store.log()) {
    EXPECT_EQ(request.parameter("ticket"), "1");
    EXPECT_EQ(request.parameter("digest").rfind("sha256:", 0), 0U);
  }
}

TEST_F(Redirect, CarriesNoCookieAnywhere) {
  let_store_keep();
  there.on("GET", "^/v2/$",
           answer{200, {{"Set-Cookie", "session=s3cret; Path=/; Domain=127.0.0.1"}}, {}, {}}, 1);
  there.on("PUT", "/uploads/",
           answer{307, {{"Location", "http://" + store.address() + "/keep"}}, {}, {}}, 4);
  ASSERT_EQ(push(there.address()).status, 0);
  for (const auto* server : {&there, &store})
    for (const auto& request : server->log())
      EXPECT_EQ(request.header("Cookie"), "") << request.target;
}

TEST_F(Redirect, OfAManifestThatIsReadIsFollowed) {
  store.on("GET", "/manifest", answer{200, {}, model.manifest.bytes, {}}, always);
  there.on("PUT", "/manifests/v1", [this](const seen_request&) -> std::optional<answer> {
    there.on("GET", "/manifests/",
             answer{302, {{"Location", "http://" + store.address() + "/manifest"}}, {}, {}},
             always);
    return std::nullopt;
  });
  const auto pushed = push(there.address());
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  expect_store_saw_no_login(1);
}

TEST_F(Redirect, InACircleEnds) {
  there.on("GET", "^/v2/$", answer{307, {{"Location", "/v2/"}}, {}, {}}, always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("circle")) << pushed.err;
}

TEST_F(Redirect, ThatWouldTurnABodyIntoAnotherRequestIsNotFollowed) {
  there.on("PUT", "/uploads/",
           answer{302, {{"Location", "http://" + store.address() + "/keep"}}, {}, {}}, always);
  const auto pushed = push(there.address());
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(store.log().empty());
}

TEST_F(Redirect, FromHttpsToHttpIsRefused) {
  certificates authority;
  const tls_front front{there.port(), authority.issue()};
  there.on(
    "PUT", "/uploads/",
    answer{
      307, {{"Location", "http://localhost:" + std::to_string(store.port()) + "/keep"}}, {}, {}},
    always);
  const auto pushed = push(front.address(), {"--ca-cert", authority.authority()});
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("from https to http")) << pushed.err;
  EXPECT_TRUE(store.log().empty());
}

TEST_F(Redirect, LocationInHttpOfAnHttpsRegistryIsRefusedForAnotherHost) {
  certificates authority;
  const tls_front front{there.port(), authority.issue()};
  there.on(
    "POST", "/uploads/",
    answer{
      202, {{"Location", "http://localhost:" + std::to_string(store.port()) + "/keep"}}, {}, {}},
    always);
  const auto pushed = push(front.address(), {"--ca-cert", authority.authority()});
  EXPECT_EQ(pushed.status, 5) << pushed.said();
  EXPECT_TRUE(pushed.says("http")) << pushed.err;
  EXPECT_TRUE(store.log().empty());
}

TEST_F(Redirect, LocationInHttpOfTheSameHostIsTakenAsHttps) {
  certificates authority;
  auto options = closed();
  options.habits.location = location_form::absolute; // `http://`, as behind a proxy
  scripted_registry behind{options};
  const tls_front front{behind.port(), authority.issue()};
  const auto pushed = push(front.address(), {"--ca-cert", authority.authority()});
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(behind.content().manifest("m", "v1"), model.manifest.bytes);
}

class LocationForms : public ::testing::TestWithParam<location_form> {};

TEST_P(LocationForms, AreAllUnderstood) {
  const program flotilla;
  const small_model model{flotilla};
  scripted_registry_options options;
  options.habits.location = GetParam();
  scripted_registry there{options};
  const auto pushed = flotilla.push(model.source, there.address() + "/m:v1");
  ASSERT_EQ(pushed.status, 0) << pushed.said();
  EXPECT_EQ(there.content().open_sessions(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Every, LocationForms,
                         ::testing::Values(location_form::path, location_form::absolute,
                                           location_form::stateful));

} // namespace

} // namespace flotilla::test

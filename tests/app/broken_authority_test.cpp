#include "tests/app/fleet_certificates_fixture.hpp"

namespace flotilla::app {
namespace {

class BrokenAuthority : public ::testing::Test {
protected:
  const fleet_pki fleet;

  /// @param file the one that the message must name
  void expect_refused(const char* file, const char* says, std::time_t now = this_moment) const {
    SCOPED_TRACE(says);
    const auto why = issue_fails(order_for(fleet), now);
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr(fleet / file));
    EXPECT_THAT(why.message, HasSubstr(says));
    EXPECT_FALSE(why.hint.empty());
    EXPECT_FALSE(fs::exists(fleet / "node1.key"));
    EXPECT_FALSE(fs::exists(fleet / "node1.crt"));
  }
};

TEST_F(BrokenAuthority, IsRefusedForACertificateThatIsNone) {
  const auto good = content_of(fleet / "ca.crt");
  const struct {
    std::string content;
    const char* says;
  } cases[] = {{"", "holds no certificate"},
               {"garbage\n", "holds no certificate"},
               {std::string("\x30\x82\x01\x00\x00\xFF", 6), "holds no certificate"},
               {content_of(fleet / "ca.key"), "holds no certificate"},
               {good.substr(0, good.size() / 2), "broken"},
               {"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "broken"},
               {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "broken"},
               {std::string((1 << 20) + 1, '\n'), "larger than 1 MiB"}};
  for (const auto& c : cases) {
    test::write_content(fleet / "ca.crt", c.content);
    expect_refused("ca.crt", c.says);
  }
}

TEST_F(BrokenAuthority, IsRefusedForAKeyThatIsNone) {
  const auto good = content_of(fleet / "ca.key");
  for (const auto& content : {std::string{}, std::string{"garbage\n"},
                              good.substr(0, good.size() / 2), content_of(fleet / "ca.crt")}) {
    test::write_content(fleet / "ca.key", content);
    expect_refused("ca.key", "holds no private key");
  }
}

TEST_F(BrokenAuthority, IsRefusedForFilesThatAreNone) {
  fs::remove(fleet / "ca.key");
  expect_refused("ca.key", "No such file");
  fs::create_directory(fleet / "ca.key");
  expect_refused("ca.key", "no regular file");
  fs::remove(fleet / "ca.crt");
  fs::create_directory(fleet / "ca.crt");
  expect_refused("ca.crt", "no regular file");
  fs::remove(fleet / "ca.crt");
  ASSERT_EQ(::mkfifo((fleet / "ca.crt").c_str(), 0600), 0);
  expect_refused("ca.crt", "no regular file");
}

TEST_F(BrokenAuthority, IsRefusedForTheKeyOfAnother) {
  const fleet_pki other;
  fs::copy_file(other / "ca.key", fleet / "ca.key", fs::copy_options::overwrite_existing);
  expect_refused("ca.key", "is not the key of");
}

TEST_F(BrokenAuthority, IsRefusedForAKeyWithAPassword) {
  openssl_says({"pkey", "-in", fleet / "ca.key", "-aes256", "-passout", "pass:x", "-out",
                fleet / "ca.key.new"});
  fs::rename(fleet / "ca.key.new", fleet / "ca.key");
  expect_refused("ca.key", "with a password");
}

TEST_F(BrokenAuthority, IsRefusedForAKeyThatOthersMayRead) {
  for (const mode_t mode : {0640U, 0604U, 0660U, 0620U, 0644U, 0777U}) {
    ASSERT_EQ(::chmod((fleet / "ca.key").c_str(), mode), 0);
    expect_refused("ca.key", "is open to others");
  }
  EXPECT_EQ(issue_fails(order_for(fleet)).hint, "`chmod 600 " + (fleet / "ca.key") + '`');
}

TEST_F(BrokenAuthority, IsRefusedForTheCertificateOfAMember) {
  const fleet_pki other;
  auto member = other.issue("node1");
  fs::rename(member.certificate, fleet / "ca.crt");
  fs::rename(member.key, fleet / "ca.key");
  expect_refused("ca.crt", "is no authority's certificate");
}

TEST_F(BrokenAuthority, IsRefusedOutsideItsTime) {
  expect_refused("ca.crt", "ended on 2037-01-12T08:00:00Z",
                 this_moment + authority_days * test::one_day);
  expect_refused("ca.crt", "begins only on 2027-01-15T07:55:00Z", this_moment - 301);
}

TEST_F(BrokenAuthority, IsNeverQuoted) {
  const std::string secret = "c2VjcmV0c2VjcmV0c2VjcmV0";
  test::write_content(fleet / "ca.key",
                      "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");
  const auto why = issue_fails(order_for(fleet));
  EXPECT_THAT(why.message + why.hint, Not(HasSubstr(secret)));
}

} // namespace
} // namespace flotilla::app

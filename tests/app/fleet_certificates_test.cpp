#include "app/fleet_certificates.hpp"

#include "tests/app/fleet_pki.hpp"
#include "tests/support/as_nobody.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>

namespace flotilla::app {
namespace {

namespace fs = std::filesystem;
using protocol::errc;
using protocol::failure;
using test::content_of;
using test::entries_of;
using test::fleet_pki;
using test::mode_of;
using test::openssl;
using test::openssl_says;
using test::this_moment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

failure init_fails(const authority_order& order) {
  auto made = make_authority(order, this_moment);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

failure issue_fails(const certificate_order& order, std::time_t now = this_moment) {
  auto made = issue_certificate(order, now);
  EXPECT_FALSE(made);
  return made ? failure{} : made.error();
}

certificate_order order_for(const fleet_pki& fleet, const std::string& name = "node1") {
  certificate_order order;
  order.dir = fleet.dir();
  order.name = name;
  return order;
}

std::string text_of(const std::string& path) {
  return openssl_says({"x509", "-in", path, "-noout", "-text"});
}

/// One `-startdate`, `-enddate`, `-ext NAME`, … of a certificate.
std::string said_of(const std::string& path, std::vector<std::string> what) {
  what.insert(what.begin(), {"x509", "-in", path, "-noout", "-dateopt", "iso_8601"});
  return openssl_says(std::move(what));
}

// ---- the authority -----------------------------------------------------------------------------

TEST(MakeAuthority, MakesOneThatSignsMembersAndNoOtherAuthority) {
  const fleet_pki fleet;
  const auto text = text_of(fleet / "ca.crt");
  for (const char* line :
       {"Version: 3", "Subject: CN = Flotilla fleet CA", "Issuer: CN = Flotilla fleet CA",
        "ASN1 OID: prime256v1", "Signature Algorithm: ecdsa-with-SHA256",
        "X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0\n",
        "X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign\n",
        "X509v3 Subject Key Identifier:"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(MakeAuthority, LastsTenYearsAndBeginsFiveMinutesAgo) {
  const fleet_pki fleet;
  EXPECT_EQ(said_of(fleet / "ca.crt", {"-startdate", "-enddate"}),
            "notBefore=2027-01-15 07:55:00Z\nnotAfter=2037-01-12 08:00:00Z\n");
}

TEST(MakeAuthority, LastsAsLongAsToldBeyond2049Too) {
  const test::temp_dir parent;
  auto made = make_authority({parent / "one", 1}, this_moment);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->until, this_moment + test::one_day);
  EXPECT_EQ(said_of(parent / "one/ca.crt", {"-enddate"}), "notAfter=2027-01-16 08:00:00Z\n");
  ASSERT_TRUE(make_authority({parent / "most", most_days}, this_moment));
  EXPECT_EQ(said_of(parent / "most/ca.crt", {"-enddate"}), "notAfter=2126-12-22 08:00:00Z\n");
}

TEST(MakeAuthority, KeepsItsKeyToItsOwnerWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0022U, 0077U}) {
    SCOPED_TRACE(mask);
    const test::temp_dir parent;
    const auto before = ::umask(mask);
    auto made = make_authority({parent / "fleet", 10}, this_moment);
    ::umask(before);
    ASSERT_TRUE(made) << made.error().message;
    EXPECT_EQ(mode_of(parent / "fleet"), 0700U);
    EXPECT_EQ(mode_of(made->key), 0600U);
    EXPECT_EQ(mode_of(made->certificate), 0644U);
  }
}

TEST(MakeAuthority, LeavesNothingButThePair) {
  const test::temp_dir parent;
  for (const auto& dir : {parent / "a", parent / "b/", parent / "deep/er/c"}) {
    ASSERT_TRUE(make_authority({dir, 10}, this_moment)) << dir;
    EXPECT_THAT(entries_of(dir), ElementsAre("ca.crt", "ca.key")) << dir;
  }
}

TEST(MakeAuthority, TakesADirectoryThatIsThere) {
  const test::temp_dir dir;
  auto made = make_authority({dir.path().string(), 10}, this_moment);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->authority, dir / "ca.crt");
  EXPECT_EQ(made->certificate, dir / "ca.crt");
  EXPECT_EQ(made->key, dir / "ca.key");
}

TEST(MakeAuthority, ReplacesNothing) {
  for (const char* there : {"ca.crt", "ca.key"}) {
    SCOPED_TRACE(there);
    const test::temp_dir dir;
    test::write_content(dir / there, "precious");
    const auto why = init_fails({dir.path().string(), 10});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_EQ(why.message, (dir / there) + " is there already");
    EXPECT_THAT(why.hint, HasSubstr("flotilla certs issue --dir " + dir.path().string()));
    EXPECT_EQ(content_of(dir / there), "precious");
    EXPECT_THAT(entries_of(dir.path()), ElementsAre(there));
  }
}

TEST(MakeAuthority, ReplacesNoLinkEither) {
  const test::temp_dir dir;
  fs::create_symlink(dir / "elsewhere", dir / "ca.key");
  EXPECT_THAT(init_fails({dir.path().string(), 10}).message, HasSubstr("is there already"));
  EXPECT_FALSE(fs::exists(dir / "elsewhere"));
}

TEST(MakeAuthority, RefusesAPlaceThatCannotBe) {
  const test::temp_dir dir;
  test::write_content(dir / "file", "x");
  fs::create_symlink(dir / "nowhere", dir / "dangling");
  for (const auto& place : {dir / "file", dir / "file/below", dir / "file/far/below",
                            dir / "dangling", std::string{"/proc/flotilla"}}) {
    SCOPED_TRACE(place);
    const auto why = init_fails({place, 10});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr(place));
    EXPECT_THAT(why.hint, HasSubstr("directory"));
  }
  EXPECT_THAT(init_fails({"", 10}).message, HasSubstr("--dir"));
}

TEST(MakeAuthority, SaysThatADirectoryCannotBeWritten) {
  const test::temp_dir dir;
  fs::permissions(dir.path(),
                  fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  for (const auto& place : {dir.path().string(), dir / "new"}) {
    const auto said = test::as_nobody([&] { return init_fails({place, 10}).message; });
    EXPECT_THAT(said, HasSubstr(place));
    EXPECT_THAT(said, HasSubstr("Permission denied"));
  }
  EXPECT_THAT(entries_of(dir.path()), IsEmpty());
}

TEST(MakeAuthority, RefusesDaysThatCannotBe) {
  const test::temp_dir dir;
  for (const int days : {0, -1, -3650, most_days + 1, 1 << 30, INT_MAX, INT_MIN}) {
    SCOPED_TRACE(days);
    const auto why = init_fails({dir.path().string(), days});
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr("--days " + std::to_string(days)));
    EXPECT_THAT(why.hint, HasSubstr("1 to 36500"));
  }
  EXPECT_THAT(entries_of(dir.path()), IsEmpty());
}

// ---- a certificate -----------------------------------------------------------------------------

TEST(IssueCertificate, MakesOneForBothSidesOfAConnection) {
  const fleet_pki fleet;
  auto made = fleet.issue("node1");
  EXPECT_EQ(made.authority, fleet / "ca.crt");
  EXPECT_EQ(made.certificate, fleet / "node1.crt");
  EXPECT_EQ(made.key, fleet / "node1.key");
  for (const char* purpose : {"sslserver", "sslclient"})
    EXPECT_EQ(
      openssl_says({"verify", "-x509_strict", "-purpose", purpose, "-attime",
                    std::to_string(this_moment), "-CAfile", made.authority, made.certificate}),
      made.certificate + ": OK\n");
  const auto text = text_of(made.certificate);
  for (const char* line :
       {"Version: 3", "Subject: CN = node1", "Issuer: CN = Flotilla fleet CA",
        "ASN1 OID: prime256v1", "Signature Algorithm: ecdsa-with-SHA256", "CA:FALSE",
        "X509v3 Key Usage: critical\n                Digital Signature\n",
        "TLS Web Server Authentication, TLS Web Client Authentication\n",
        "X509v3 Subject Key Identifier:", "X509v3 Authority Key Identifier:"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(IssueCertificate, GivesItTheKeyBesideIt) {
  const fleet_pki fleet;
  auto made = fleet.issue("node1");
  EXPECT_EQ(openssl_says({"pkey", "-in", made.key, "-pubout"}),
            openssl_says({"x509", "-in", made.certificate, "-noout", "-pubkey"}));
  EXPECT_THAT(openssl_says({"pkey", "-in", made.key, "-noout", "-check"}), HasSubstr("valid"));
  EXPECT_EQ(mode_of(made.key), 0600U);
  EXPECT_EQ(mode_of(made.certificate), 0644U);
}

TEST(IssueCertificate, PutsTheAuthorityBehindIt) {
  const fleet_pki fleet;
  auto made = fleet.issue("node1");
  const auto chain = content_of(made.certificate);
  const auto authority = content_of(made.authority);
  ASSERT_GT(chain.size(), authority.size());
  const auto own = chain.substr(0, chain.size() - authority.size());
  EXPECT_EQ(chain, own + authority);
  EXPECT_EQ(own.rfind("-----BEGIN CERTIFICATE-----"), 0U) << "once, and nothing before it";
}

TEST(IssueCertificate, LastsAsLongAsToldUnlessItsAuthorityEndsBefore) {
  const fleet_pki fleet{this_moment, 1000};
  const struct {
    const char* name;
    int days;
    const char* end;
    bool shortened;
  } cases[] = {{"usual", certificate_days, "notAfter=2029-04-19 08:00:00Z\n", false},
               {"short", 1, "notAfter=2027-01-16 08:00:00Z\n", false},
               {"same", 1000, "notAfter=2029-10-11 08:00:00Z\n", false},
               {"long", 1001, "notAfter=2029-10-11 08:00:00Z\n", true},
               {"longest", most_days, "notAfter=2029-10-11 08:00:00Z\n", true}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto made = fleet.issue(c.name, c.days);
    EXPECT_EQ(said_of(made.certificate, {"-enddate"}), c.end);
    EXPECT_EQ(made.shortened, c.shortened);
  }
  EXPECT_EQ(said_of(fleet / "usual.crt", {"-startdate"}), "notBefore=2027-01-15 07:55:00Z\n");
}

TEST(IssueCertificate, NamesWhereTheProcessCanBeReached) {
  const struct {
    const char* name;
    std::vector<std::string> hosts;
    const char* names; ///< as `openssl x509 -ext` shows them; empty: no such extension
  } cases[] = {{"node1", {}, "DNS:node1"},
               {"node-1.rack.example", {}, "DNS:node-1.rack.example"},
               {"10.0.0.9", {}, "IP Address:10.0.0.9"},
               {"node_1", {}, ""},
               {"7", {}, ""},
               {"a.", {}, ""},
               {"node_1", {"n1.example"}, "DNS:n1.example"},
               {"node1",
                {"n1.example", "10.0.0.7", "fd00::7"},
                "DNS:node1, DNS:n1.example, IP Address:10.0.0.7, IP Address:FD00:0:0:0:0:0:0:7"},
               {"node1",
                {"NODE1", "10.0.0.7", "10.0.0.7", "::1", "0:0::1"},
                "DNS:node1, IP Address:10.0.0.7, IP Address:0:0:0:0:0:0:0:1"}};
  const fleet_pki fleet;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    auto order = order_for(fleet, c.name);
    order.hosts = c.hosts;
    order.force = true;
    auto made = issue_certificate(order, this_moment);
    ASSERT_TRUE(made) << made.error().message;
    const auto said = said_of(made->certificate, {"-ext", "subjectAltName"});
    if (std::string{c.names}.empty())
      EXPECT_THAT(said, HasSubstr("No extensions"));
    else
      EXPECT_THAT(said, HasSubstr(std::string{"    "} + c.names + '\n'));
  }
}

TEST(IssueCertificate, MatchesItsHostsAndNoOther) {
  const fleet_pki fleet;
  auto order = order_for(fleet);
  order.hosts = {"n1.example", "10.0.0.7"};
  auto made = issue_certificate(order, this_moment);
  ASSERT_TRUE(made);
  for (const char* host : {"node1", "n1.example", "N1.example"})
    EXPECT_THAT(said_of(made->certificate, {"-checkhost", host}), HasSubstr("does match"));
  for (const char* host : {"node2", "example", "x.n1.example", "10.0.0.7"})
    EXPECT_THAT(openssl({"x509", "-in", made->certificate, "-noout", "-checkhost", host}).out,
                HasSubstr("does NOT match"));
  EXPECT_THAT(said_of(made->certificate, {"-checkip", "10.0.0.7"}), HasSubstr("does match"));
}

TEST(IssueCertificate, NumbersEachAtRandom) {
  const fleet_pki fleet;
  const auto first = said_of(fleet.issue("a").certificate, {"-serial"});
  const auto second = said_of(fleet.issue("b").certificate, {"-serial"});
  EXPECT_NE(first, second);
  for (const auto& serial : {first, second, said_of(fleet / "ca.crt", {"-serial"})})
    EXPECT_THAT(serial, MatchesRegex("serial=[0-9A-F]{24,32}\n")) << "128 bits, seldom far fewer";
}

TEST(IssueCertificate, PutsThePairWhereItIsTold) {
  const fleet_pki fleet;
  const test::temp_dir elsewhere;
  auto order = order_for(fleet);
  order.out = elsewhere / "new/node1";
  auto made = issue_certificate(order, this_moment);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->authority, fleet / "ca.crt");
  EXPECT_EQ(mode_of(order.out), 0700U);
  EXPECT_THAT(entries_of(order.out), ElementsAre("node1.crt", "node1.key"));
  EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key"));
}

TEST(IssueCertificate, ReplacesAPairOnlyByForce) {
  const fleet_pki fleet;
  auto before = fleet.issue("node1");
  const auto certificate = content_of(before.certificate);
  const auto key = content_of(before.key);
  auto order = order_for(fleet);
  const auto why = issue_fails(order);
  EXPECT_EQ(why.code, errc::usage);
  EXPECT_EQ(why.message, before.certificate + " is there already");
  EXPECT_THAT(why.hint, HasSubstr("--force"));
  EXPECT_EQ(content_of(before.certificate), certificate);
  EXPECT_EQ(content_of(before.key), key);
  order.force = true;
  ASSERT_TRUE(issue_certificate(order, this_moment));
  EXPECT_NE(content_of(before.certificate), certificate);
  EXPECT_NE(content_of(before.key), key);
  EXPECT_EQ(openssl_says({"pkey", "-in", before.key, "-pubout"}),
            openssl_says({"x509", "-in", before.certificate, "-noout", "-pubkey"}));
  EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key", "node1.crt", "node1.key"));
}

TEST(IssueCertificate, ReplacesNoHalfOfAPairWithoutForce) {
  for (const char* there : {"node1.crt", "node1.key"}) {
    SCOPED_TRACE(there);
    const fleet_pki fleet;
    test::write_content(fleet / there, "precious");
    EXPECT_THAT(issue_fails(order_for(fleet)).message, HasSubstr("is there already"));
    EXPECT_EQ(content_of(fleet / there), "precious");
    EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key", there));
  }
}

TEST(IssueCertificate, ReplacesNoDirectoryEvenByForce) {
  for (const char* there : {"node1.crt", "node1.key"}) {
    SCOPED_TRACE(there);
    const fleet_pki fleet;
    fs::create_directory(fleet / there);
    auto order = order_for(fleet);
    order.force = true;
    EXPECT_THAT(issue_fails(order).message, HasSubstr(fleet / there));
    EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key", there));
  }
}

TEST(IssueCertificate, RefusesNamesThatAreNone) {
  const fleet_pki fleet;
  const std::string cases[] = {"",
                               ".",
                               "..",
                               "../node1",
                               "a/b",
                               "/etc/passwd",
                               "-node1",
                               "--force",
                               ".node1",
                               std::string(65, 'a'),
                               std::string(100'000, 'a'),
                               "node 1",
                               "node1 ",
                               "node1\n",
                               "node\x1b[2J",
                               "n\xC3\xB6"
                               "de",
                               std::string{"a\0b", 3},
                               "a:b",
                               "*",
                               "ca"};
  for (const auto& name : cases) {
    SCOPED_TRACE(name);
    const auto why = issue_fails(order_for(fleet, name));
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr("NAME"));
    EXPECT_THAT(why.message, Not(HasSubstr("\x1b")));
    EXPECT_FALSE(why.hint.empty());
    EXPECT_LT(why.message.size(), 200U);
  }
  EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key"));
}

TEST(IssueCertificate, TakesEveryNameThatMayBe) {
  const fleet_pki fleet;
  for (const auto& name : {std::string{"a"}, std::string(64, 'a'), std::string{"_x"},
                           std::string{"ca.crt"}, std::string{"CA"}, std::string{"a..b-"}})
    EXPECT_EQ(fleet.issue(name).certificate, fleet / name + ".crt");
}

TEST(IssueCertificate, RefusesHostsThatAreNone) {
  const fleet_pki fleet;
  const std::string cases[] = {"",
                               ".",
                               "a_b",
                               "a b",
                               "http://a.example",
                               "a.example:7400",
                               "[::1]",
                               "*.example",
                               "-a.example",
                               "a-.example",
                               "a..b",
                               "a.example.",
                               ".example",
                               "1.2.3",
                               "300.1.1.1",
                               "1.2.3.4.5",
                               "10.0.0.0/8",
                               "::g",
                               "fe80::1%eth0",
                               "a.example,b.example",
                               "DNS:a.example",
                               std::string{"10.0.0.7\0x", 10},
                               std::string(64, 'a'),
                               std::string(63, 'a') + '.' + std::string(63, 'b') + '.'
                                 + std::string(63, 'c') + '.' + std::string(62, 'd')};
  for (const auto& host : cases) {
    SCOPED_TRACE(host);
    auto order = order_for(fleet);
    order.hosts = {"good.example", host};
    const auto why = issue_fails(order);
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_THAT(why.message, HasSubstr("--host"));
    EXPECT_THAT(why.hint, HasSubstr("without a port"));
  }
  EXPECT_THAT(entries_of(fleet.dir()), ElementsAre("ca.crt", "ca.key"));
}

TEST(IssueCertificate, TakesTheLongestHost) {
  const fleet_pki fleet;
  auto order = order_for(fleet);
  order.hosts = {std::string(63, 'a') + '.' + std::string(63, 'b') + '.' + std::string(63, 'c')
                 + '.' + std::string(61, 'd')};
  EXPECT_TRUE(issue_certificate(order, this_moment));
}

TEST(IssueCertificate, RefusesDaysThatCannotBe) {
  const fleet_pki fleet;
  for (const int days : {0, -1, most_days + 1, INT_MAX, INT_MIN}) {
    auto order = order_for(fleet);
    order.days = days;
    EXPECT_THAT(issue_fails(order).message, HasSubstr("--days " + std::to_string(days)));
  }
}

TEST(IssueCertificate, SaysHowToMakeAnAuthorityThatIsNotThere) {
  const test::temp_dir dir;
  for (const auto& place : {dir.path().string(), dir / "nowhere"}) {
    certificate_order order;
    order.dir = place;
    order.name = "node1";
    const auto why = issue_fails(order);
    EXPECT_EQ(why.code, errc::usage);
    EXPECT_EQ(why.message, "cannot read " + place + "/ca.crt: No such file or directory");
    EXPECT_EQ(why.hint, "`flotilla certs init --dir " + place + "` makes an authority");
  }
  EXPECT_FALSE(fs::exists(dir / "nowhere"));
}

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

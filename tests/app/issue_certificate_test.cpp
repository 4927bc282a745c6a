#include "tests/app/fleet_certificates_fixture.hpp"

namespace flotilla::app {
namespace {

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

} // namespace
} // namespace flotilla::app

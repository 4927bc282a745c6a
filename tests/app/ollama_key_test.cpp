#include "app/ollama_key.hpp"

#include "app/credential_search.hpp"
#include "app/credentials.hpp"
#include "protocol/openssh_key.hpp"
#include "tests/app/scoped_environment.hpp"
#include "tests/app/without_logins.hpp"
#include "tests/support/as_nobody.hpp"
#include "tests/support/known_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <sys/stat.h>

namespace flotilla::app {
namespace {

namespace known_key = test::known_key;

using protocol::credentials;
using protocol::errc;
using test::scoped_environment;
using testing::HasSubstr;
using testing::Not;

/// By `ssh-keygen -t rsa -b 1024`.
constexpr const char* rsa
  = "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAlwAAAAdzc2gtcn\n"
    "NhAAAAAwEAAQAAAIEAyOXNblMwTmCcdwKUtGlg9Qj5M5pQyXsPASHrGBaQrZpeFRMEnW/u\n"
    "fFImvnuLNieg66YQZWdNbqhb9OgYl39634VYq2++Goyy1WDiWtSx4/BrEHeeTBsAqkC/ya\n"
    "QvOTbk/RceRWV7TYnluDrQRgTKaXjgqkebhY4U7KQR2Y9ekhEAAAH4AkrsqAJK7KgAAAAH\n"
    "c3NoLXJzYQAAAIEAyOXNblMwTmCcdwKUtGlg9Qj5M5pQyXsPASHrGBaQrZpeFRMEnW/ufF\n"
    "ImvnuLNieg66YQZWdNbqhb9OgYl39634VYq2++Goyy1WDiWtSx4/BrEHeeTBsAqkC/yaQv\n"
    "OTbk/RceRWV7TYnluDrQRgTKaXjgqkebhY4U7KQR2Y9ekhEAAAADAQABAAAAgQCsH2fQ/G\n"
    "lI3bFwrb9mi1rM1jFcqvxIg6ypVbws2Th/5OByweaUVRBJZ8FWNldhwLY48ADgQI+xHYIb\n"
    "5LcdJdXJIp7xzoYwKc1rgCM1ZwaVbdSYDv8XsbSgeeFME++FA6Ozzwq9MZLCD+AB5pYa1F\n"
    "lQgR6tiRzRsulIVxupRhuioQAAAEEAmzfdgbGhbUbGkn7PuPerrKRmy/M50h5+vIfOw/wN\n"
    "wvjaAWfXp9Cxpgj8TRL6tzmch7T4psHGQvgyV88xBTyqlwAAAEEA9O4K3D9qYYdsevb8+0\n"
    "I2f8a+hFhej5QUBohsu+Z1bivkcz84LXUm8sfKo/OGNJPoHKlNda4jyFLlgylg0o6aNQAA\n"
    "AEEA0fpJRQM2WwQRIEiDc+S4OahZ2UVxBQkFlqjzkMtyIeE6nwI4aVPeaj6qDjROn8jFLA\n"
    "nGy5/0H+Ofoe8UrERz7QAAAAAB\n"
    "-----END OPENSSH PRIVATE KEY-----\n";

/// alice:one, by openssl base64.
std::string login_for(const std::string& host) {
  return R"({"auths":{")" + host + R"(":{"auth":"YWxpY2U6b25l"}}})";
}

class OllamaKey : public without_logins {
protected:
  /// As the TOKEN actor does it.
  protocol::result<credentials> find(const std::string& registry) const {
    return actors::find_for(finder_of(chosen, "mine"), *protocol::parse_url(registry), "ns/m");
  }
  static std::string public_key_of(const protocol::result<credentials>& found) {
    if (!found || !found->ollama_key)
      return "no key";
    const auto& half = found->ollama_key->public_key;
    return half == known_key::public_half ? "the known one" : "another one";
  }
};

// ---- which source goes first --------------------------------------------------------------------

TEST_F(OllamaKey, ThatIsNamedGoesBeforeStoredLoginsOfEveryRegistry) {
  write("home/.docker/config.json", login_for("reg.example"));
  chosen.ollama_key = write("key", known_key::by_ssh_keygen);
  for (const char* registry :
       {"https://reg.example", "https://registry.ollama.ai", "http://127.0.0.1:5000"}) {
    const auto found = find(registry);
    EXPECT_EQ(public_key_of(found), "the known one") << registry;
    EXPECT_EQ(found->user, "");
    EXPECT_EQ(found->source, "--ollama-key " + chosen.ollama_key);
  }
}

TEST_F(OllamaKey, ThatIsNamedGoesBehindTheUserOfTheCommandLine) {
  chosen.ollama_key = write("key", known_key::by_ssh_keygen);
  chosen.username = "me";
  chosen.password_stdin = true;
  const auto found = find("https://registry.ollama.ai");
  EXPECT_EQ(public_key_of(found), "no key");
  EXPECT_EQ(found->user, "me");
}

TEST_F(OllamaKey, OfTheHomeIsForOllamasOwnRegistriesAlone) {
  const auto path = write("home/.ollama/id_ed25519", known_key::by_ssh_keygen);
  for (const char* registry :
       {"https://registry.ollama.ai", "https://ollama.com", "https://REGISTRY.OLLAMA.AI:443"}) {
    const auto found = find(registry);
    EXPECT_EQ(public_key_of(found), "the known one") << registry;
    EXPECT_EQ(found->source, "Ollama's key " + path);
  }
  for (const char* registry :
       {"https://reg.example", "https://registry.ollama.ai:8443", "http://registry.ollama.ai",
        "https://registry.ollama.ai.evil.example", "https://evilollama.com", "https://x.ollama.com",
        "https://127.0.0.1"})
    EXPECT_TRUE(find(registry)->empty()) << registry;
}

TEST_F(OllamaKey, OfTheHomeGoesBehindEveryStoredLogin) {
  write("home/.ollama/id_ed25519", known_key::by_ssh_keygen);
  for (const char* written : {"registry.ollama.ai", "registry.ollama.ai:443"}) {
    write("home/.dockercfg", std::string{R"({")"} + written + R"(":{"auth":"YWxpY2U6b25l"}})");
    const auto found = find("https://registry.ollama.ai");
    EXPECT_EQ(found->user, "alice") << written;
    EXPECT_EQ(public_key_of(found), "no key");
  }
  EXPECT_EQ(public_key_of(find("https://ollama.com")), "the known one");
}

TEST_F(OllamaKey, OfTheHomeIsNotLookedForWhereOneFileOfLoginsIsNamed) {
  write("home/.ollama/id_ed25519", known_key::by_ssh_keygen);
  const auto logins = write("logins", login_for("reg.example"));
  {
    const scoped_environment podman{{{"REGISTRY_AUTH_FILE", logins}}};
    EXPECT_TRUE(find("https://registry.ollama.ai")->empty());
  }
  chosen.registry_config = logins;
  EXPECT_TRUE(find("https://registry.ollama.ai")->empty());
}

TEST_F(OllamaKey, ComesFromTheFirstPlaceThatHasOne) {
  const auto second = write("service", known_key::by_python);
  const std::vector<key_place> places{{dir / "nowhere", true}, {second, false}};
  const auto found = look_for_ollama_key(places, "ollama.com:443");
  EXPECT_EQ(public_key_of(found), "the known one");
  EXPECT_EQ(found->source, "Ollama's key " + second);
  EXPECT_TRUE(look_for_ollama_key(places, "reg.example:443")->empty());
  EXPECT_TRUE(
    look_for_ollama_key({{dir / "nowhere", true}, {dir / "no", false}}, "ollama.com:443")->empty());
}

TEST_F(OllamaKey, IsLookedForInTheHomeAndThenAtTheService) {
  const auto places = usual_ollama_keys();
  ASSERT_EQ(places.size(), 2u);
  EXPECT_EQ(places[0].path, dir / "home/.ollama/id_ed25519");
  EXPECT_EQ(places[1].path, "/usr/share/ollama/.ollama/id_ed25519");
  const scoped_environment homeless{{{"HOME", ""}}};
  EXPECT_EQ(usual_ollama_keys().size(), 1u);
}

TEST_F(OllamaKey, ThatIsNamedIsReadBeforeAnythingElseHappens) {
  chosen.ollama_key = write("key", known_key::by_ssh_keygen);
  const auto find_later = credentials_of(chosen);
  ASSERT_TRUE(find_later);
  std::filesystem::remove(chosen.ollama_key);
  EXPECT_EQ(public_key_of((*find_later)("reg.example", "m")), "the known one");
  const auto none = credentials_of(chosen);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::usage);
}

// ---- bad files ----------------------------------------------------------------------------------

class BadOllamaKey : public OllamaKey {
protected:
  /// Of both ways that lead to a file: named, and in its usual place.
  void expect_refusal(const std::string& path, const std::string& why,
                      const std::string& way_out = {}) {
    SCOPED_TRACE(path);
    const protocol::result<credentials> both[]
      = {read_ollama_key("--ollama-key", path),
         look_for_ollama_key({{path, true}}, "registry.ollama.ai:443")};
    for (const auto& found : both) {
      ASSERT_FALSE(found);
      EXPECT_EQ(found.error().code, errc::usage);
      EXPECT_THAT(found.error().message, HasSubstr(path));
      EXPECT_THAT(found.error().message, HasSubstr(why));
      EXPECT_THAT(found.error().hint, HasSubstr(way_out));
      EXPECT_NE(found.error().hint, "");
      for (const char* piece : {"b3BlbnNzaC", "AAECAwQF", "OPENSSH PRIVATE KEY-----\nb3"})
        EXPECT_THAT(found.error().message + found.error().hint, Not(HasSubstr(piece)));
    }
  }
};

TEST_F(BadOllamaKey, IsRefusedWithFileCauseAndWayOut) {
  const std::string good = known_key::by_ssh_keygen;
  const struct {
    const char* name;
    std::string text;
    const char* why;
    const char* way_out;
  } cases[] = {
    {"encrypted", known_key::encrypted, "passphrase", "ssh-keygen -p"},
    {"rsa", rsa, "ssh-ed25519", "ollama serve"},
    {"ecdsa", known_key::ecdsa, "ssh-ed25519", "ollama serve"},
    {"public", std::string{"ssh-ed25519 "} + known_key::ssh_public + "\n", "public key", "ollama"},
    {"empty", "", "does not begin", "ollama serve"},
    {"nonsense", "hello\n", "does not begin", "ollama serve"},
    {"cut", good.substr(0, 200), "cut off", "ollama serve"},
    {"damaged", good.substr(0, 100) + '!' + good.substr(101), "base64", "ollama serve"},
    {"large", good + std::string(65 << 10, '\n'), "64 KiB", "ollama serve"},
  };
  for (const auto& c : cases)
    expect_refusal(write(c.name, c.text), c.why, c.way_out);
}

TEST_F(BadOllamaKey, OfAnotherKindThanAFileIsNotOpened) {
  const auto fifo = dir / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  expect_refusal(fifo, "is no regular file");
  expect_refusal(dir.path().string(), "is a directory");
  expect_refusal("/dev/zero", "is no regular file");
}

TEST_F(BadOllamaKey, ThatIsNamedAndNotThereIsNamed) {
  const auto found = read_ollama_key("--ollama-key", dir / "none");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::usage);
  EXPECT_THAT(found.error().message, HasSubstr("--ollama-key: cannot read " + dir / "none"));
  EXPECT_THAT(found.error().message, HasSubstr("No such file"));
}

TEST_F(BadOllamaKey, ThatIsNotOursToReadIsNamedUnlessItIsTheServices) {
  const auto path = write("private", known_key::by_ssh_keygen);
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  const auto said = [](const std::function<protocol::result<credentials>()>& look) {
    return test::as_nobody([&] {
      const auto found = look();
      return found ? std::string{found->empty() ? "none" : "found"} : found.error().message;
    });
  };
  EXPECT_THAT(said([&] { return read_ollama_key("--ollama-key", path); }),
              HasSubstr("--ollama-key: cannot read " + path + ": Permission denied"));
  EXPECT_THAT(said([&] {
                return look_for_ollama_key({{path, true}}, "ollama.com:443");
              }),
              HasSubstr("Ollama's key: cannot read " + path + ": Permission denied"));
  EXPECT_EQ(said([&] { return look_for_ollama_key({{path, false}}, "ollama.com:443"); }), "none");
}

} // namespace
} // namespace flotilla::app

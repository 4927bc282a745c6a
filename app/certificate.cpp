#include "app/certificate.hpp"

#include "protocol/text.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace flotilla::app {

using protocol::errc;
using protocol::failure;
using protocol::printable;

namespace {

constexpr off_t most_bytes = 1 << 20;

struct open_file {
  openssl_ptr<BIO> content;
  mode_t mode = 0;
};

failure cannot_read(const std::string& path, const std::string& why) {
  return {errc::usage, "cannot read " + printable(path) + ": " + why, {}};
}

protocol::result<open_file> open_regular(const std::string& path) {
  // Not to hang on a pipe that nobody writes to.
  const auto file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return cannot_read(path, std::generic_category().message(errno));
  auto* stream = ::fdopen(file, "r");
  if (stream == nullptr) {
    ::close(file);
    return cannot_read(path, "no memory");
  }
  open_file opened{openssl_ptr<BIO>{BIO_new_fp(stream, BIO_CLOSE)}, 0};
  struct stat found = {};
  if (::fstat(file, &found) != 0 || !S_ISREG(found.st_mode))
    return cannot_read(path, "it is no regular file");
  if (found.st_size > most_bytes)
    return cannot_read(path, "it is larger than 1 MiB");
  opened.mode = found.st_mode & 07777U;
  return opened;
}

/// Else OpenSSL would ask whoever sits at the terminal.
int note_that_a_password_is_asked(char* /*to*/, int /*size*/, int /*writing*/, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode));
  return text.data();
}

std::time_t moment_of(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? ::timegm(&parts) : 0;
}

} // namespace

void openssl_release::operator()(X509* x) const noexcept {
  X509_free(x);
}

void openssl_release::operator()(EVP_PKEY* x) const noexcept {
  EVP_PKEY_free(x);
}

void openssl_release::operator()(BIO* x) const noexcept {
  BIO_free_all(x);
}

protocol::result<std::vector<certificate_ptr>> read_certificates(const std::string& path) {
  auto file = open_regular(path);
  if (!file)
    return file.error();
  ERR_clear_error();
  std::vector<certificate_ptr> all;
  while (auto* next = PEM_read_bio_X509(file->content.get(), nullptr, nullptr, nullptr))
    all.emplace_back(next);
  const auto ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  const auto why = openssl_reason();
  if (!ended)
    return failure{errc::usage, printable(path) + " holds a broken certificate: " + why, {}};
  if (all.empty())
    return failure{errc::usage, printable(path) + " holds no certificate in PEM form", {}};
  return all;
}

protocol::result<key_ptr> read_private_key(const std::string& path) {
  auto file = open_regular(path);
  if (!file)
    return file.error();
  if ((file->mode & (S_IRWXG | S_IRWXO)) != 0)
    return failure{errc::usage,
                   printable(path) + " is open to others than its owner (mode " + octal(file->mode)
                     + ')',
                   "`chmod 600 " + printable(path) + '`'};
  auto password = false;
  key_ptr key{PEM_read_bio_PrivateKey(file->content.get(), nullptr, note_that_a_password_is_asked,
                                      &password)};
  ERR_clear_error(); // its reasons may quote what should have been the key
  if (key)
    return key;
  if (password)
    return failure{errc::usage, printable(path) + " holds a key with a password",
                   "give a key without one; its file's mode protects it"};
  return failure{errc::usage, printable(path) + " holds no private key in PEM form", {}};
}

bool belong_together(const X509& certificate, const EVP_PKEY& key) {
  const auto yes = X509_check_private_key(&certificate, &key) == 1;
  ERR_clear_error();
  return yes;
}

bool is_authority(X509& certificate) {
  return X509_check_ca(&certificate) == 1; // more than 1: only by habits older than X.509 version 3
}

std::string common_name(const X509& certificate) {
  const auto* name = X509_get_subject_name(&certificate);
  const auto at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0)
    return {};
  unsigned char* text = nullptr;
  const auto size
    = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0)
    return {};
  auto shown = printable({reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)}, 80);
  OPENSSL_free(text);
  return shown;
}

std::time_t begin_of(const X509& certificate) {
  return moment_of(X509_get0_notBefore(&certificate));
}

std::time_t end_of(const X509& certificate) {
  return moment_of(X509_get0_notAfter(&certificate));
}

std::string utc(std::time_t moment) {
  std::tm parts{};
  std::array<char, 40> text{};
  if (::gmtime_r(&moment, &parts) == nullptr
      || std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
    return "?";
  return text.data();
}

std::string openssl_reason() {
  const auto* why = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return why == nullptr ? "no reason given" : why;
}

} // namespace flotilla::app

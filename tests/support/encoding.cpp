#include "tests/support/encoding.hpp"

#include <openssl/evp.h>

namespace flotilla::test {

namespace {

const unsigned char* data_of(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string hash(const std::string& bytes, const EVP_MD* kind) {
  std::string result(static_cast<std::size_t>(EVP_MD_get_size(kind)), '\0');
  EVP_Digest(bytes.data(), bytes.size(), data_of(result), nullptr, kind, nullptr);
  return result;
}

} // namespace

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL writes a NUL after it
  const int size = EVP_EncodeBlock(data_of(text), data_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string base64url(const std::string& bytes) {
  auto text = base64(bytes);
  text.erase(text.find_last_not_of('=') + 1);
  for (auto& c : text)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::optional<std::string> from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(data_of(bytes), data_of(text), static_cast<int>(text.size()));
  const auto padding = text.size() - (text.find_last_not_of('=') + 1);
  if (size < 0 || static_cast<std::size_t>(size) != bytes.size() || padding > 2)
    return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return base64(bytes) == text ? std::optional(bytes) : std::nullopt; // OpenSSL trims blanks
}

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string sha256(const std::string& bytes) {
  return hash(bytes, EVP_sha256());
}

std::string md5(const std::string& bytes) {
  return hash(bytes, EVP_md5());
}

} // namespace flotilla::test

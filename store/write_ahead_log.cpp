#include "store/write_ahead_log.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace flotilla::store {

namespace {

// https://www.sqlite.org/fileformat2.html#the_write_ahead_log: eight numbers, big-endian; the last
// two are the checksum of the first six.
constexpr std::size_t header_size = 32;
constexpr std::uint32_t magic_little_endian = 0x377F0682; // how the checksum reads its numbers
constexpr std::uint32_t magic_big_endian = 0x377F0683;

using header = std::array<unsigned char, header_size>;

std::uint32_t number(const header& bytes, std::size_t index, bool big_endian = true) {
  std::uint32_t read = 0;
  for (std::size_t i = 0; i < 4; ++i)
    read = read << 8 | bytes[index * 4 + (big_endian ? i : 3 - i)];
  return read;
}

bool is_valid(const header& bytes) {
  const auto magic = number(bytes, 0);
  if (magic != magic_little_endian && magic != magic_big_endian)
    return false;
  std::uint32_t first = 0, second = 0;
  for (std::size_t i = 0; i < 6; i += 2) {
    first += number(bytes, i, magic == magic_big_endian) + second;
    second += number(bytes, i + 1, magic == magic_big_endian) + first;
  }
  return first == number(bytes, 6) && second == number(bytes, 7);
}

bool is_blank(const header& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](unsigned char byte) { return byte == 0; });
}

} // namespace

std::string log_damage(const std::string& path) {
  header bytes{};
  std::ifstream log{path + "-wal", std::ios::binary};
  if (!log.read(reinterpret_cast<char*>(bytes.data()), header_size) || is_blank(bytes))
    return {};
  if (!is_valid(bytes))
    return "its write-ahead log is unreadable";
  std::error_code error;
  if (const auto size = std::filesystem::file_size(path, error); error || size == 0)
    return "there is a write-ahead log, and nothing that it belongs to";
  return {};
}

} // namespace flotilla::store

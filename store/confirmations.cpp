#include "store/confirmations.hpp"

#include "store/checksum.hpp"

#include <algorithm>
#include <cstddef>

namespace flotilla::store {

namespace {

constexpr std::size_t number_size = 4;
constexpr std::size_t blob_size = number_size + 1;

/// Little-endian.
void append(std::string& bytes, std::uint32_t number) {
  for (std::size_t i = 0; i < number_size; ++i)
    bytes += static_cast<char>(number >> 8 * i & 0xFF);
}

std::uint32_t number_at(std::string_view bytes) {
  std::uint32_t number = 0;
  for (std::size_t i = number_size; i-- > 0;)
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  return number;
}

} // namespace

std::string pack(const std::vector<confirmed_blob>& batch) {
  std::string bytes;
  bytes.reserve(batch.size() * blob_size + number_size);
  for (const auto& one : batch) {
    append(bytes, one.blob);
    bytes += static_cast<char>(one.how);
  }
  append(bytes, checksum(bytes));
  return bytes;
}

bool unpack(std::string_view bytes, std::vector<confirmed_blob>& all) {
  if (bytes.size() % blob_size != number_size)
    return false;
  auto blobs = bytes.substr(0, bytes.size() - number_size);
  if (checksum(blobs) != number_at(bytes.substr(blobs.size())))
    return false;
  for (; !blobs.empty(); blobs.remove_prefix(blob_size))
    all.push_back({number_at(blobs), static_cast<std::uint8_t>(blobs[number_size])});
  return true;
}

void sort_and_merge(std::vector<confirmed_blob>& all) {
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& one, const auto& two) { return one.blob < two.blob; });
  const auto same = [](const auto& one, const auto& two) { return one.blob == two.blob; };
  all.erase(std::unique(all.begin(), all.end(), same), all.end());
}

} // namespace flotilla::store

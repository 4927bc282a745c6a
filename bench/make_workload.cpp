// Writes one workload of the benchmark as an OCI image layout:
//   make_workload NAME DIR      NAME is S, M, L, or BLOBSxBYTES, e.g. 100x1000
// Content is random and does not compress; the same NAME gives the same bytes everywhere.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <openssl/evp.h>

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;
constexpr std::uint64_t gib = 1024 * mib;
/// Of one manifest; more become an index over several. A registry takes manifests of 4 MiB.
constexpr std::size_t most_layers = 25'000;

/// splitmix64: eight random bytes in a nanosecond, from one number of state.
struct generator {
  std::uint64_t state;
  std::uint64_t operator()() {
    std::uint64_t z = (state += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
};

class sha256 {
public:
  sha256() {
    EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr);
  }
  void add(const void* bytes, std::size_t size) {
    EVP_DigestUpdate(context_.get(), bytes, size);
  }
  std::string hex() {
    std::array<unsigned char, 32> hash{};
    EVP_DigestFinal_ex(context_.get(), hash.data(), nullptr);
    std::string text;
    for (const unsigned byte : hash) {
      text += "0123456789abcdef"[byte >> 4U];
      text += "0123456789abcdef"[byte & 15U];
    }
    return text;
  }

private:
  std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context_{EVP_MD_CTX_new(), EVP_MD_CTX_free};
};

std::vector<std::uint64_t> spread(std::size_t count, std::uint64_t least, std::uint64_t most,
                                  double power) {
  std::vector<std::uint64_t> sizes;
  const double ratio = static_cast<double>(most) / static_cast<double>(least);
  for (std::size_t i = 0; i < count; ++i) {
    const double at = std::pow(static_cast<double>(i) / static_cast<double>(count - 1), power);
    sizes.push_back(static_cast<std::uint64_t>(static_cast<double>(least) * std::pow(ratio, at)));
  }
  return sizes;
}

std::uint64_t sum(const std::vector<std::uint64_t>& sizes) {
  std::uint64_t total = 0;
  for (const auto size : sizes)
    total += size;
  return total;
}

/// Sizes from `least` to `most`, spread over their logarithms, bent so that they add up to `total`.
std::vector<std::uint64_t> spread_to(std::size_t count, std::uint64_t least, std::uint64_t most,
                                     std::uint64_t total) {
  double low = 0.1; // the lower the power, the more large ones
  double high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (sum(spread(count, least, most, middle)) > total ? low : high) = middle;
  }
  auto sizes = spread(count, least, most, high);
  generator dice{42};
  for (std::size_t i = count - 1; i > 0; --i) // large and small mixed, as in a model
    std::swap(sizes[i], sizes[dice() % (i + 1)]);
  return sizes;
}

std::optional<std::vector<std::uint64_t>> sizes_of(const std::string& name) {
  if (name == "S")
    return std::vector<std::uint64_t>(4096, 64 * kib);
  if (name == "M")
    return spread_to(400, 4 * kib, 32 * mib, 2 * gib);
  if (name == "L")
    return std::vector<std::uint64_t>(3, gib);
  std::istringstream text(name);
  std::size_t count = 0;
  std::uint64_t size = 0;
  char by = 0;
  if (text >> count >> by >> size && by == 'x' && count > 0 && text.eof())
    return std::vector<std::uint64_t>(count, size);
  return std::nullopt;
}

class layout {
public:
  explicit layout(const fs::path& root) : root_(root) {
    fs::create_directories(blobs());
    write(root_ / "oci-layout", R"({"imageLayoutVersion":"1.0.0"})");
  }
  /// Each returns the descriptor, without its closing brace.
  std::string add_random(std::uint64_t size, std::uint64_t seed) const;
  std::string add_text(const std::string& type, const std::string& text) const;
  void finish(const std::string& manifest) const;

private:
  fs::path blobs() const {
    return root_ / "blobs" / "sha256";
  }
  static void write(const fs::path& path, const std::string& text) {
    if (!(std::ofstream(path, std::ios::binary) << text << std::flush))
      throw std::runtime_error("cannot write " + path.string());
  }
  static std::string descriptor(const std::string& type, const std::string& hex,
                                std::uint64_t size) {
    return R"({"mediaType":")" + type + R"(","digest":"sha256:)" + hex + R"(","size":)"
           + std::to_string(size);
  }

  fs::path root_;
};

std::string layout::add_random(std::uint64_t size, std::uint64_t seed) const {
  const auto path = blobs() / "unfinished";
  std::ofstream file(path, std::ios::binary);
  std::vector<std::uint64_t> buffer((std::min(size, mib) + 7) / 8);
  generator random{seed << 40U};
  sha256 hash;
  for (std::uint64_t written = 0; written < size;) {
    const auto count = std::min(size - written, mib);
    std::generate_n(buffer.begin(), (count + 7) / 8, random);
    hash.add(buffer.data(), count);
    file.write(reinterpret_cast<const char*>(buffer.data()), static_cast<std::streamsize>(count));
    written += count;
  }
  file.close();
  if (!file)
    throw std::runtime_error("cannot write " + path.string());
  const auto hex = hash.hex();
  fs::rename(path, blobs() / hex);
  return descriptor("application/octet-stream", hex, size);
}

std::string layout::add_text(const std::string& type, const std::string& text) const {
  sha256 hash;
  hash.add(text.data(), text.size());
  const auto hex = hash.hex();
  write(blobs() / hex, text);
  return descriptor(type, hex, text.size());
}

void layout::finish(const std::string& manifest) const {
  write(root_ / "index.json",
        R"({"schemaVersion":2,"manifests":[)" + manifest
          + R"(,"annotations":{"org.opencontainers.image.ref.name":"bench"}}]})");
}

/// One manifest over those blobs. @returns its descriptor, without its closing brace.
std::string add_manifest(const layout& to, const std::vector<std::uint64_t>& sizes,
                         std::size_t first, std::size_t count) {
  std::string layers;
  for (auto i = first; i < first + count; ++i)
    layers += (layers.empty() ? "" : ",") + to.add_random(sizes[i], i + 1) + "}";
  const auto config = to.add_text("application/vnd.oci.empty.v1+json", "{}") + "}";
  const std::string type = "application/vnd.oci.image.manifest.v1+json";
  return to.add_text(type, R"({"schemaVersion":2,"mediaType":")" + type
                             + R"(","artifactType":"application/vnd.example.model","config":)"
                             + config + R"(,"layers":[)" + layers + "]}");
}

void make(const std::vector<std::uint64_t>& sizes, const fs::path& root) {
  const layout to(root);
  if (sizes.size() <= most_layers)
    return to.finish(add_manifest(to, sizes, 0, sizes.size()));
  std::string manifests;
  for (std::size_t first = 0; first < sizes.size(); first += most_layers)
    manifests += (manifests.empty() ? "" : ",")
                 + add_manifest(to, sizes, first, std::min(most_layers, sizes.size() - first))
                 + "}";
  const std::string type = "application/vnd.oci.image.index.v1+json";
  to.finish(to.add_text(type, R"({"schemaVersion":2,"mediaType":")" + type + R"(","manifests":[)"
                                + manifests + "]}"));
}

} // namespace

int main(int argc, char** argv) {
  const auto sizes = argc == 3 ? sizes_of(argv[1]) : std::nullopt;
  if (!sizes) {
    std::cerr << "usage: make_workload S|M|L|BLOBSxBYTES DIR\n";
    return 2;
  }
  try {
    make(*sizes, argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "make_workload: " << error.what() << "\n";
    return 1;
  }
  return 0;
}

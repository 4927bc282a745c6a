#pragma once

#include "tests/support/model_on_disk.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/system/built.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace flotilla::test {

/// How a run of Flotilla ended. `report` is its stdout read as JSON, null when it is none.
struct ended : outcome {
  nlohmann::json report;

  /// Both outputs, for the message of a failed expectation.
  std::string said() const {
    return out + err;
  }
  bool says(std::string_view text) const {
    return err.find(text) != std::string::npos;
  }
  /// Of the report's `blobs`.
  int blobs(const char* kind) const {
    return report.at("blobs").at(kind).get<int>();
  }
  /// Of the report's `bytes`.
  std::uint64_t bytes(const char* kind) const {
    return report.at("bytes").at(kind).get<std::uint64_t>();
  }
};

/// Flotilla with a home of its own: it sees no variable, login or store of whoever runs the tests.
class program {
public:
  /// Something in the home.
  std::string operator/(const std::string& name) const {
    return home_ / name;
  }
  std::vector<std::pair<std::string, std::string>> env; ///< more variables for it

  command order(std::vector<std::string> args) const {
    command made;
    made.args = {built("flotilla")};
    made.args.insert(made.args.end(), args.begin(), args.end());
    made.env = without_ours();
    made.env.insert(made.env.end(), {{"HOME", home_.path().string()},
                                     {"XDG_STATE_HOME", home_ / "state"},
                                     {"OLLAMA_MODELS", home_ / "ollama"}});
    made.env.insert(made.env.end(), env.begin(), env.end());
    made.directory = home_.path().string();
    return made;
  }
  ended run(std::vector<std::string> args, std::string input = {}) const {
    auto made = order(std::move(args));
    made.input = std::move(input);
    return finish(test::run(std::move(made)));
  }
  /// `flotilla push … --json --progress none`
  ended push(const std::string& source, const std::string& reference,
             std::vector<std::string> more = {}, std::string input = {}) const {
    return run(with("push", source, reference, std::move(more)), std::move(input));
  }
  ended plan(const std::string& source, const std::string& reference,
             std::vector<std::string> more = {}) const {
    return run(with("plan", source, reference, std::move(more)));
  }
  ended verify(const std::string& source, const std::string& reference,
               std::vector<std::string> more = {}) const {
    return run(with("verify", source, reference, std::move(more)));
  }
  static ended finish(outcome of) {
    ended all{std::move(of), {}};
    all.report = nlohmann::json::parse(all.out, nullptr, false);
    if (all.report.is_discarded())
      all.report = nullptr;
    return all;
  }
  static std::vector<std::string> with(const char* what, const std::string& source,
                                       const std::string& reference,
                                       std::vector<std::string> more) {
    std::vector<std::string> args{what, source, reference, "--json", "--progress", "none"};
    args.insert(args.end(), more.begin(), more.end());
    return args;
  }

private:
  static std::vector<std::pair<std::string, std::string>> without_ours() {
    std::vector<std::pair<std::string, std::string>> changes;
    for (auto* entry = ::environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      const auto name = text.substr(0, text.find('='));
      if (name != "PATH" && name.find("SAN_OPTIONS") == std::string::npos)
        changes.emplace_back(name, "");
    }
    return changes;
  }

  temp_dir home_;
};

/// Bytes without a pattern, the same ones for the same seed.
inline std::string noise(unsigned seed, std::size_t size) {
  std::mt19937 random{seed};
  std::string bytes(size, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(random());
  return bytes;
}

/// So many layers of so many bytes, no two alike.
inline std::vector<part> layers_of(std::size_t count, std::size_t size, unsigned seed = 1) {
  std::vector<part> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(layer(noise(seed * 100'000U + static_cast<unsigned>(i), size)));
  return all;
}

/// Matches the target of the request that closes this blob's upload.
inline std::string closing(const part& blob) {
  return "digest=sha256(:|%3A)" + blob.id().hex();
}

/// A layout in the program's home that holds one image, tagged `v1`.
class small_model {
public:
  explicit small_model(const program& of, std::vector<part> its_layers = layers_of(3, 5000),
                       const std::string& name = "model")
    : source{"oci:" + of / name}, layers{std::move(its_layers)}, on_disk{of / name} {
    manifest = on_disk.add_image(layers);
    on_disk.tag(manifest, "v1");
  }
  /// Layers and config.
  int blobs() const {
    return static_cast<int>(layers.size()) + 1;
  }
  /// Of all blobs.
  std::uint64_t bytes() const {
    std::uint64_t sum = config().bytes.size();
    for (const auto& x : layers)
      sum += x.bytes.size();
    return sum;
  }

  const std::string source; ///< as the program takes it
  const std::vector<part> layers;
  layout_on_disk on_disk;
  part manifest;
};

} // namespace flotilla::test

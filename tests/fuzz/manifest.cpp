#include "protocol/manifest.hpp"
#include "tests/fuzz/property.hpp"

using namespace flotilla;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::as_text(data, size);
  const auto declared = fuzz::take_line(text);
  const auto read = protocol::parse_manifest(text, declared);
  if (!read) {
    fuzz::require(fuzz::is_fit_to_be_shown(read.error().message));
    return 0;
  }
  fuzz::require(!read->media_type.empty() && fuzz::is_visible_ascii(read->media_type));
  fuzz::require(read->is_index ? read->layers.empty() && !read->config
                               : read->manifests.empty() && read->config);
  for (const auto& layer : read->layers)
    fuzz::require(layer.size <= INT64_MAX);
  return 0;
}

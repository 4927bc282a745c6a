#pragma once

#include "tests/support/model_on_disk.hpp"
#include "tests/support/process.hpp"

#include <filesystem>
#include <fstream>
#include <httplib.h>
#include <iterator>
#include <map>
#include <string>

// What a registry gives to others than Flotilla.

namespace flotilla::test {

struct served_manifest {
  std::string media_type;
  std::string bytes; ///< empty when there is none
};

/// A manifest by plain GET. `address` is `host:port`.
inline served_manifest manifest_at(const std::string& address, const std::string& repository,
                                   const std::string& reference) {
  httplib::Client client{"http://" + address};
  const auto got = client.Get("/v2/" + repository + "/manifests/" + reference,
                              {{"Accept", std::string{protocol::media_type::oci_manifest}},
                               {"Accept", std::string{protocol::media_type::oci_index}},
                               {"Accept", std::string{protocol::media_type::docker_manifest}}});
  if (!got || got->status != 200)
    return {};
  return {got->get_header_value("Content-Type"), got->body};
}

/// A blob by plain GET; `none` when it is not there.
inline std::string blob_at(const std::string& address, const std::string& repository,
                           const part& what) {
  httplib::Client client{"http://" + address};
  const auto got = client.Get("/v2/" + repository + "/blobs/" + what.id().to_string());
  return got && got->status == 200 ? got->body : "none";
}

/// The names and bytes of all blobs of a layout.
inline std::map<std::string, std::string> blobs_in(const std::string& layout) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::directory_iterator{layout + "/blobs/sha256"}) {
    std::ifstream file{entry.path(), std::ios::binary};
    all[entry.path().filename()] = {std::istreambuf_iterator<char>{file}, {}};
  }
  return all;
}

/// Pulls an image with skopeo, which changes nothing on the way.
/// @returns the layout's blobs: names and bytes.
inline std::map<std::string, std::string> pulled(const std::string& reference,
                                                 const std::string& to) {
  command order;
  order.args = {"skopeo",
                "--insecure-policy",
                "copy",
                "--all",
                "--preserve-digests",
                "--src-tls-verify=false",
                "docker://" + reference,
                "oci:" + to + ":pulled"};
  run_or_throw(std::move(order));
  return blobs_in(to);
}

} // namespace flotilla::test

#include "sources/oci_layout.hpp"

#include "tests/sources/source_fixture.hpp"

namespace flotilla::sources {
namespace {

using protocol::errc;
using test::config;
using test::image;
using test::index_of;
using test::layer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OciLayout : public SourceFixture {
protected:
  OciLayout() : layout(dir / "model") {
  }
  /// `oci:` of the layout, with a tag if there is one.
  std::string named(const std::string& tag = {}) const {
    return "oci:" + (dir / "model") + (tag.empty() ? "" : ':' + tag);
  }

  test::layout_on_disk layout;
};

TEST_F(OciLayout, LayersComeInOrderThenTheConfig) {
  auto a = layer("first"), b = layer("second"), about = config();
  auto top = layout.add_image({a, b}, about);
  layout.tag(top);
  auto plan = plan_of(named());
  EXPECT_THAT(blob_ids(plan), ElementsAre(a.id(), b.id(), about.id()));
  EXPECT_EQ(plan.blobs[0].size, 5u);
  EXPECT_EQ(plan.paths[0], layout.file_of(a).string());
  EXPECT_TRUE(plan.warnings.empty());
}

TEST_F(OciLayout, ManifestKeepsItsBytesAndMediaType) {
  auto top = image({layer("w")}, config(), protocol::media_type::docker_manifest);
  top.bytes = " \n" + top.bytes + "\n\n"; // white space counts in a digest
  layout.add({layer("w"), config(), top});
  layout.tag(top);
  auto plan = plan_of(named());
  EXPECT_EQ(plan.top().bytes, top.bytes);
  EXPECT_EQ(plan.top().id, top.id());
  EXPECT_EQ(plan.top().media_type, "application/vnd.docker.distribution.manifest.v2+json");
  EXPECT_FALSE(plan.top().is_index);
}

TEST_F(OciLayout, TagChoosesAmongManifests) {
  auto one = layout.add_image({layer("one")}), two = layout.add_image({layer("two")});
  layout.tag(one, "v1");
  layout.tag(two, "v2");
  EXPECT_EQ(plan_of(named("v1")).top().id, one.id());
  EXPECT_EQ(plan_of(named("v2")).top().id, two.id());
}

TEST_F(OciLayout, TagPartOfAFullReferenceChooses) {
  auto one = layout.add_image({layer("one")}), two = layout.add_image({layer("two")});
  layout.tag(one, "localhost:5000/models/llama:8b");
  layout.tag(two, "localhost:5000/models/llama");
  EXPECT_EQ(plan_of(named("8b")).top().id, one.id());
  // A whole reference can be written too, although it holds colons itself.
  EXPECT_EQ(plan_of(named("localhost:5000/models/llama:8b")).top().id, one.id());
  EXPECT_EQ(plan_of(named("localhost:5000/models/llama")).top().id, two.id());
}

TEST_F(OciLayout, WholeAnnotationGoesBeforeTheTagPartOfAnother) {
  auto one = layout.add_image({layer("one")}), two = layout.add_image({layer("two")});
  layout.tag(one, "host.io/x:v1");
  layout.tag(two, "v1");
  EXPECT_EQ(plan_of(named("v1")).top().id, two.id());
}

TEST_F(OciLayout, OneManifestWithTwoTagsNeedsNoChoice) {
  auto one = layout.add_image({layer("one")});
  layout.tag(one, "v1");
  layout.tag(one, "latest");
  EXPECT_EQ(plan_of(named()).top().id, one.id());
}

TEST_F(OciLayout, SameTagTwiceForOneManifestIsFine) {
  auto one = layout.add_image({layer("one")});
  layout.tag(one, "v1");
  layout.tag(one, "v1");
  EXPECT_EQ(plan_of(named("v1")).top().id, one.id());
}

TEST_F(OciLayout, IndexComesLastAndSharedBlobsOnce) {
  auto shared = layer("shared"), a = layer("a"), b = layer("b");
  auto left = layout.add_image({shared, a}), right = layout.add_image({shared, b});
  auto top = index_of({left, right});
  layout.add({top});
  layout.tag(top, "v1");
  auto plan = plan_of(named("v1"));
  EXPECT_THAT(manifest_ids(plan), ElementsAre(left.id(), right.id(), top.id()));
  EXPECT_THAT(blob_ids(plan), ElementsAre(shared.id(), a.id(), config().id(), b.id()));
  EXPECT_TRUE(plan.top().is_index);
  EXPECT_FALSE(plan.manifests[0].is_index);
}

TEST_F(OciLayout, DirectoryNameMayHoldAColon) {
  test::layout_on_disk other{dir / "a:b"};
  auto one = other.add_image({layer("one")});
  other.tag(one, "v1");
  EXPECT_EQ(plan_of("oci:" + (dir / "a:b")).top().id, one.id());
  EXPECT_EQ(plan_of("oci:" + (dir / "a:b:v1")).top().id, one.id());
}

TEST_F(OciLayout, NameIsSplitWhereTheDirectoryEnds) {
  test::write_file(dir / "x:y/file", "");
  test::write_file(dir / "plain/file", "");
  auto at = [&](const char* text) { return split_layout_name(dir / text, confines{}); };
  EXPECT_EQ(at("plain").tag, std::nullopt);
  EXPECT_EQ(at("plain:v1").directory, dir / "plain");
  EXPECT_EQ(at("plain:v1").tag, "v1");
  EXPECT_EQ(at("x:y").tag, std::nullopt);
  EXPECT_EQ(at("x:y:z").tag, "z");
  EXPECT_EQ(at("none:v1").directory, dir / "none:v1");
  EXPECT_EQ(at("none:v1").tag, std::nullopt);
}

TEST_F(OciLayout, UnknownTagListsThoseThatExist) {
  layout.tag(layout.add_image({layer("one")}), "v1");
  layout.tag(layout.add_image({layer("two")}), "v2");
  EXPECT_THAT(complaint_about(named("v3")),
              AllOf(HasSubstr("no tag \"v3\""), HasSubstr("\"v1\", \"v2\"")));
}

TEST_F(OciLayout, LongListOfTagsIsCutAndCounted) {
  auto one = layout.add_image({layer("one")});
  for (int i = 10; i < 35; ++i)
    layout.tag(one, "v" + std::to_string(i));
  EXPECT_THAT(complaint_about(named("v9")),
              AllOf(HasSubstr("\"v29\" and 5 more"), Not(HasSubstr("\"v30\""))));
}

TEST_F(OciLayout, SeveralManifestsAndNoTagListsThem) {
  auto nameless = layout.add_image({layer("two")});
  layout.tag(layout.add_image({layer("one")}), "v1");
  layout.tag(nameless);
  auto error = error_of(named());
  EXPECT_EQ(error.code, errc::source_invalid);
  EXPECT_THAT(error.message, AllOf(HasSubstr("2 manifests"), HasSubstr("\"v1\""),
                                   HasSubstr(nameless.id().brief())));
  EXPECT_THAT(error.hint, HasSubstr("oci:DIR:TAG"));
}

TEST_F(OciLayout, TagOfTwoManifestsIsAnError) {
  layout.tag(layout.add_image({layer("one")}), "v1");
  layout.tag(layout.add_image({layer("two")}), "v1");
  EXPECT_THAT(complaint_about(named("v1")), HasSubstr("2 different manifests"));
}

TEST_F(OciLayout, TagPartOfTwoManifestsIsAnError) {
  layout.tag(layout.add_image({layer("one")}), "host.io/a:v1");
  layout.tag(layout.add_image({layer("two")}), "host.io/b:v1");
  EXPECT_THAT(complaint_about(named("v1")),
              AllOf(HasSubstr("2 different manifests"), HasSubstr("host.io/a:v1")));
}

TEST_F(OciLayout, EmptyLayoutHasNothingToPush) {
  EXPECT_THAT(complaint_about(named()), HasSubstr("no manifest"));
  EXPECT_THAT(complaint_about(named("v1")), HasSubstr("it holds nothing"));
}

TEST_F(OciLayout, OtherTypesInIndexJsonAreLeftOutWithAWarning) {
  test::part notes{"text/plain", "notes"};
  auto one = layout.add_image({layer("one")});
  layout.add({notes});
  layout.tag(notes, "notes");
  layout.tag(one, "v1");
  auto plan = plan_of(named());
  EXPECT_EQ(plan.top().id, one.id());
  EXPECT_THAT(plan.warnings, ElementsAre(AllOf(HasSubstr(notes.id().to_string()),
                                               HasSubstr("text/plain"), HasSubstr("left out"))));
  EXPECT_TRUE(plan_of(named("v1")).warnings.empty()); // chosen by name: nothing was overlooked
  EXPECT_THAT(complaint_about(named("notes")), HasSubstr("\"text/plain\", which is no manifest"));
}

TEST_F(OciLayout, DirectoryThatIsNotThere) {
  EXPECT_THAT(complaint_about("oci:" + (dir / "none:v1")), HasSubstr("no such file or directory"));
}

TEST_F(OciLayout, FileInsteadOfADirectory) {
  test::write_file(dir / "model.tar", "tar");
  EXPECT_THAT(complaint_about("oci:" + (dir / "model.tar")), HasSubstr("not a directory"));
}

TEST_F(OciLayout, DirectoryThatIsNoLayout) {
  test::write_file(dir / "other/readme.txt", "hello");
  EXPECT_THAT(complaint_about("oci:" + (dir / "other")),
              AllOf(HasSubstr("not an OCI image layout"), HasSubstr("no file oci-layout")));
}

TEST_F(OciLayout, LayoutWithoutIndex) {
  std::filesystem::remove(dir / "model/index.json");
  EXPECT_THAT(complaint_about(named()),
              AllOf(HasSubstr("not an OCI image layout"), HasSubstr("index.json")));
}

TEST_F(OciLayout, BadLayoutFileIsRefused) {
  layout.tag(layout.add_image({layer("one")}));
  const struct {
    const char* name;
    const char* text;
    const char* says;
  } cases[] = {
    {"empty", "", "no imageLayoutVersion"},
    {"no JSON", "1.0.0", "no imageLayoutVersion"},
    {"a list", R"(["1.0.0"])", "no imageLayoutVersion"},
    {"no version", "{}", "no imageLayoutVersion"},
    {"a number", R"({"imageLayoutVersion":1})", "no imageLayoutVersion"},
    {"a version to come", R"({"imageLayoutVersion":"2.0.0"})", "version \"2.0.0\""},
    {"control characters", "{\"imageLayoutVersion\":\"\\u001b[31m\"}", "version \" [31m\""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    test::write_file(dir / "model/oci-layout", c.text);
    EXPECT_THAT(complaint_about(named()), HasSubstr(c.says));
  }
}

TEST_F(OciLayout, FurtherFieldsInTheLayoutFileAreFine) {
  layout.tag(layout.add_image({layer("one")}));
  test::write_file(dir / "model/oci-layout", R"({"imageLayoutVersion":"1.0.0","made":"by hand"})");
  plan_of(named());
}

TEST_F(OciLayout, BadIndexIsRefusedWithItsPath) {
  const struct {
    const char* name;
    std::string text;
  } cases[] = {
    {"empty", ""},
    {"no JSON", "{"},
    {"10,000 deep", std::string(10'000, '[') + std::string(10'000, ']')},
    {"a list", "[]"},
    {"no manifests", R"({"schemaVersion":2})"},
    {"manifests is no list", R"({"schemaVersion":2,"manifests":{}})"},
    {"an image manifest", image({layer("one")}).bytes},
    {"../ in a digest", R"({"schemaVersion":2,"manifests":[{"mediaType":
      "application/vnd.oci.image.manifest.v1+json","digest":"sha256:../../../etc/passwd","size":2}]})"},
    {"larger than 4 MiB", std::string((4 << 20) + 1, ' ')},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    test::write_file(dir / "model/index.json", c.text);
    EXPECT_THAT(complaint_about(named()), HasSubstr("index.json"));
  }
}

TEST_F(OciLayout, IndexJsonThatIsADirectory) {
  std::filesystem::remove(dir / "model/index.json");
  std::filesystem::create_directory(dir / "model/index.json");
  EXPECT_THAT(complaint_about(named()), HasSubstr("not a regular file"));
}

} // namespace
} // namespace flotilla::sources

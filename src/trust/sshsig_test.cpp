#include "trust/sshsig.hpp"

#include "trust/honest_fleet.hpp"
#include "trust/ssh_wire.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

namespace flyball::trust {
namespace {

namespace fs = std::filesystem;

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "flyball-sshsig-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { fs::remove_all(path_); }
  std::string at(std::string_view name) const { return (path_ / name).string(); }
  void write(std::string_view name, std::string_view content) const {
    std::ofstream(at(name), std::ios::binary) << content;
  }
  std::string read(std::string_view name) const {
    std::ifstream file(at(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  bool run(const std::string& command) const {
    return std::system(text("cd ", path_.string(), " && ", command, " >out 2>err").c_str()) == 0;
  }

 private:
  fs::path path_;
};

const std::string message("what is signed, with a NUL \0 in it", 34);

TEST(SshSig, ReadsBackWhatItWrote) {
  const auto key = key_of("anna");
  const auto blob = sign(key, purpose::approval, message);
  EXPECT_EQ(verified_signer(blob, purpose::approval, message), key.public_key());
  EXPECT_EQ(SshSignature::decode(blob)->encode(), blob);
  EXPECT_EQ(unarmour(armour(blob)), blob);
}

TEST(SshSig, OfOtherMeaningMessageOrKeyIsRefused) {
  const auto blob = sign(key_of("anna"), purpose::approval, message);
  for (const auto other : {purpose::review, purpose::deploy, purpose::hold, std::string_view("git"),
                           std::string_view("file"), std::string_view()})
    EXPECT_EQ(verified_signer(blob, other, message).error().code, Errc::denied) << other;
  EXPECT_EQ(verified_signer(blob, purpose::approval, "another").error().code, Errc::denied);
  auto forged = *SshSignature::decode(blob);
  forged.key = key_of("bo").public_key();
  EXPECT_EQ(verified_signer(forged.encode(), purpose::approval, message).error().code, Errc::denied);
}

TEST(SshSig, WithAnyByteChangedAddedOrCutIsRefused) {
  const auto blob = sign(key_of("anna"), purpose::approval, message);
  for (std::size_t i = 0; i < blob.size(); ++i) {
    auto changed = blob;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(verified_signer(changed, purpose::approval, message)) << i;
    EXPECT_FALSE(verified_signer(blob.substr(0, i), purpose::approval, message)) << i;
  }
  EXPECT_FALSE(verified_signer(blob + '\0', purpose::approval, message));
  EXPECT_FALSE(SshSignature::decode(sign(key_of("anna"), std::string(5000, 'x'), message)));
  EXPECT_FALSE(SshSignature::decode(sign(key_of("anna"), "", message)));
  const auto text_form = armour(blob);
  for (const auto& bad : {text_form + "\n", "\n" + text_form, text_form + "x", text_form.substr(1), std::string(),
                          std::string("-----BEGIN SSH SIGNATURE-----\n-----END SSH SIGNATURE-----")})
    EXPECT_FALSE(unarmour(bad)) << bad;
}

// Both would verify if nobody looked: neither place is under the signature.
TEST(SshSig, WithBytesInUnusedPlacesIsRefused) {
  const auto honest = *SshSignature::decode(sign(key_of("anna"), purpose::approval, message));
  const auto blob_with = [&](std::string_view reserved, std::string_view behind, std::string_view type) {
    Bytes raw;
    ssh::put_string(raw, type);
    ssh::put_string(raw, honest.signature);
    raw += behind;
    Bytes blob("SSHSIG\0\0\0\1", 10);
    for (const auto part : {std::string_view(honest.key.wire()), std::string_view(honest.purpose), reserved,
                            std::string_view(honest.hash), std::string_view(raw)})
      ssh::put_string(blob, part);
    return blob;
  };
  EXPECT_TRUE(verified_signer(blob_with("", "", "ssh-ed25519"), purpose::approval, message));
  EXPECT_FALSE(verified_signer(blob_with("x", "", "ssh-ed25519"), purpose::approval, message));
  EXPECT_FALSE(verified_signer(blob_with("", "x", "ssh-ed25519"), purpose::approval, message));
  EXPECT_FALSE(verified_signer(blob_with("", "", "ssh-rsa"), purpose::approval, message));
}

// Points of small order verify anything under weak checks (row 14 of the attacks).
TEST(SshSig, OfASmallOrderPointIsRefused) {
  for (const auto* point : {"0100000000000000000000000000000000000000000000000000000000000000",
                            "0000000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                            "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"}) {
    const auto raw = *unhex(point);
    const SshSignature forged{.key = *PublicKey::from_ed25519(raw),
                              .purpose = std::string(purpose::approval),
                              .hash = "sha512",
                              .signature = raw + Bytes(32, '\0')};
    EXPECT_FALSE(verified_signer(forged.encode(), purpose::approval, message)) << point;
  }
}

TEST(SshSig, OverAnUnknownHashOrOfAnOddTypeIsRefused) {
  auto signature = *SshSignature::decode(sign(key_of("anna"), purpose::approval, message));
  signature.hash = "md5";
  EXPECT_FALSE(SshSignature::decode(signature.encode()));
  signature.hash = "sha512";
  signature.signature.pop_back();
  EXPECT_FALSE(SshSignature::decode(signature.encode()));
}

TEST(PublicKey, KnowsWhatItCannotUseYetFromWhatIsNoKey) {
  const auto wire_of = [](std::string_view type, std::size_t size = 32) {
    Bytes wire;
    ssh::put_string(wire, type);
    ssh::put_string(wire, Bytes(size, 'x'));
    return wire;
  };
  struct {
    std::string line;
    Errc want;
  } const cases[] = {
      {text("ecdsa-sha2-nistp256 ", base64(wire_of("ecdsa-sha2-nistp256"))), Errc::unsupported},
      {text("sk-ssh-ed25519@openssh.com ", base64(wire_of("sk-ssh-ed25519@openssh.com"))), Errc::unsupported},
      {text("ssh-rsa ", base64(wire_of("ssh-rsa"))), Errc::invalid},
      {text("ssh-ed25519-cert-v01@openssh.com ", base64(wire_of("ssh-ed25519-cert-v01@openssh.com"))), Errc::invalid},
      {text("ssh-rsa ", base64(wire_of("ssh-ed25519"))), Errc::invalid},
      {text("ssh-ed25519 ", base64(wire_of("ssh-ed25519") + "x")), Errc::invalid},
      {text("ssh-ed25519 ", base64(wire_of("ssh-ed25519").substr(0, 40))), Errc::invalid},
      {text("ssh-ed25519 ", base64(wire_of("ssh-ed25519", 31))), Errc::invalid},
      {text("ssh-ed25519 ", base64(wire_of("ssh-ed25519", 33))), Errc::invalid},
      {"ssh-ed25519", Errc::invalid},
      {"", Errc::invalid},
      {"ssh-ed25519 !!!!", Errc::invalid},
  };
  for (const auto& c : cases) {
    const auto key = PublicKey::parse(c.line);
    ASSERT_FALSE(key) << c.line;
    EXPECT_EQ(key.error().code, c.want) << c.line;
  }
  const auto key = key_of("anna").public_key();
  EXPECT_FALSE(PublicKey::from_ed25519(Bytes(31, 'x')));
  EXPECT_EQ(PublicKey::parse(key.str()), key);
  EXPECT_EQ(PublicKey::parse(key.str() + " anna@desk\n"), key);
}

TEST(SshSig, VerifiesWhatSshKeygenSigned) {
  const Folder folder;
  folder.write("message", message);
  ASSERT_TRUE(folder.run("ssh-keygen -q -t ed25519 -N '' -C 'anna of acme' -f key")) << folder.read("err");
  const auto key = PublicKey::parse(folder.read("key.pub"));
  ASSERT_TRUE(key) << key.error().message;
  for (const std::string hash : {"sha512", "sha256"}) {
    ASSERT_TRUE(folder.run("rm -f message.sig && ssh-keygen -Y sign -f key -n flyball-approval@v1 -O hashalg=" + hash +
                           " message"))
        << folder.read("err");
    const auto blob = unarmour(folder.read("message.sig"));
    ASSERT_TRUE(blob) << blob.error().message;
    EXPECT_EQ(verified_signer(*blob, purpose::approval, message), *key) << hash;
  }
  ASSERT_TRUE(folder.run("ssh-keygen -l -f key.pub"));
  EXPECT_NE(folder.read("out").find(key->fingerprint()), std::string::npos);
}

TEST(SshSig, IsVerifiedBySshKeygen) {
  const Folder folder;
  const auto key = key_of("anna");
  folder.write("message", message);
  folder.write("signers", text("anna ", key.public_key(), "\n"));
  folder.write("message.sig", armour(sign(key, purpose::approval, message)));
  const std::string verify = "ssh-keygen -Y verify -f signers -I anna -s message.sig -n ";
  EXPECT_TRUE(folder.run(verify + "flyball-approval@v1 <message")) << folder.read("err");
  EXPECT_FALSE(folder.run(verify + "flyball-deploy@v1 <message"));
  EXPECT_FALSE(folder.run(verify + "flyball-approval@v1 <signers"));
}

}  // namespace
}  // namespace flyball::trust

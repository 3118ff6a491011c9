using System.Net.Sockets;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay sample with --tap.</summary>
public sealed class TcpRelayTapTests : TcpRelayTest
{
    private static readonly byte[] _much = Bytes.Random(5_000_003);

    [Fact]
    public void Tap_SeveralConnections_EachHasFilesWithItsBytes()
    {
        (Socket server, string to) = Listen();
        Daemon relay = StartRelay(to, AnyPort, "--tap", PathOf("tap"));
        SocketPair first = ConnectThrough(relay, server);
        SocketPair second = ConnectThrough(relay, server);

        MustSendAll(second.Near, second.Far, _much[..^9]);
        MustSendAll(first.Near, first.Far, _much);
        MustSendAll(first.Far, first.Near, _much[1..]);
        MustSendAll(second.Far, second.Near, []);

        relay.WaitForLines("completed; ", 2);
        MustHave("tap.1.there", _much);
        MustHave("tap.1.back", _much[1..]);
        MustHave("tap.2.there", _much[..^9]);
        MustHave("tap.2.back", []);
    }

    [SkippableFact]
    public void Tap_DiskIsFull_TheRelayGoesOnAndSaysSo()
    {
        Mounts.SkipWithout();
        (Socket server, string to) = Listen();
        string disk = Directory.CreateDirectory(PathOf("disk")).FullName;
        string command = $"{Mounts.WithTmpfs(disk, "64k")} dotnet {Repository.Built("TcpRelay", "TcpRelay.dll")} --listen {AnyPort} --to {to} --tap {disk}/tap";
        Daemon relay = Own(new Daemon("sh", "-c", command));
        SocketPair ends = ConnectThrough(relay, server);

        MustSendAll(ends.Near, ends.Far, _much);
        MustSendAll(ends.Far, ends.Near, _much);

        relay.WaitForLine("completed; tapped there only").Should().MatchRegex("tapped there only [0-9]+ bytes: ENOSPC; tapped back only [0-9]+ bytes: ENOSPC; 5000003 bytes there, 5000003 back");
    }

    [Fact]
    public void Tap_FilesCannotBeMade_TheRelayGoesOnAndSaysSo()
    {
        (Socket server, string to) = Listen();
        Directory.CreateDirectory(PathOf("folder"));
        Daemon relay = StartRelay(to, AnyPort, "--tap", PathOf("folder/tap"));
        Directory.Delete(PathOf("folder"));
        SocketPair ends = ConnectThrough(relay, server);

        MustSendAll(ends.Near, ends.Far, _much);
        MustSendAll(ends.Far, ends.Near, []);

        relay.WaitForLine("cannot tap: ");
        relay.WaitForLine("completed; 5000003 bytes there, 0 back");
    }

    private void MustHave(string name, byte[] bytes) => File.ReadAllBytes(PathOf(name)).MustBe(bytes, name);
}

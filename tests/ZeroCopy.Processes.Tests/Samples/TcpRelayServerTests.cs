using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>The relay sample between real clients and real servers.</summary>
public sealed class TcpRelayServerTests : TcpRelayTest
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(3);

    private static long LargeFile => Shell.IsContinuousIntegration ? 1L << 30 : 64 << 20;

    [SkippableTheory]
    [InlineData("-t set,get,mset -P 1 -n 20000", 3)]
    [InlineData("-t set,get,mset -P 16 -n 100000", 3)]
    [InlineData("-t set,get -P 16 -n 20000 -d 10000", 2)]
    [InlineData("-t lrange_600 -P 16 -n 2000 -d 100", 2)]
    public void Redis_Benchmark_AllRequestsAnswered(string load, int kinds)
    {
        Shell.SkipWithout("redis-benchmark");
        (int port, _) = StartRedis();
        Daemon relay = StartRelay($"127.0.0.1:{port}");

        Finished run = Shell.Line($"redis-benchmark -h 127.0.0.1 -p {PortOf(relay)} -c 50 {load} --csv");

        run.ExitCode.Should().Be(0, "{0}", run.Error);
        run.Text.Split('\n').Where(line => line.StartsWith('"')).Should().HaveCount(1 + kinds, "a line for the names, and one for each kind:\n{0}", run.Text);
        relay.WaitForLines("completed", kinds * 50);
        relay.Lines.Should().NotContain(line => line.Contains("failed", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redis_PipelinedValuesOfAllBytes_ComeBackAsTheyWere(bool overUnixSocket)
    {
        (int port, string path) = StartRedis();
        Daemon relay = StartRelay(overUnixSocket ? $"unix:{path}" : $"127.0.0.1:{port}");
        Socket client = Connect(relay);
        byte[][] values = [.. Enumerable.Range(0, 300).Select(i => Bytes.Random(i % 50 == 49 ? 1_000_003 : 17 * i))];
        Task sending = OnItsOwnThread(() =>
        {
            for (int i = 0; i < values.Length; i++)
            {
                client.Send(Encoding.ASCII.GetBytes($"*3\r\n$3\r\nSET\r\n$3\r\n{100 + i}\r\n${values[i].Length}\r\n"));
                client.Send([.. values[i], .. "\r\n"u8]);
                client.Send(Encoding.ASCII.GetBytes($"*2\r\n$3\r\nGET\r\n$3\r\n{100 + i}\r\n"));
            }

            return true;
        });
        foreach (byte[] value in values)
        {
            byte[] answer = [.. "+OK\r\n"u8, .. Encoding.ASCII.GetBytes($"${value.Length}\r\n"), .. value, .. "\r\n"u8];
            client.ReceiveExactly(answer.Length).MustBe(answer);
        }

        await sending.WaitAsync(Patience);
        client.Shutdown(SocketShutdown.Send);
        client.ReceiveToEnd().Should().BeEmpty();
    }

    [SkippableFact]
    public void Nginx_LargeFileBothWays_TheSameBytes()
    {
        Daemon relay = StartNginx();
        Content content = new(LargeFile, seed: 7);
        using (FileStream file = File.Create(PathOf("large")))
        {
            content.WriteTo(file);
        }

        Curl($"-T {PathOf("large")} http://127.0.0.1:{PortOf(relay)}/uploaded");
        File.Delete(PathOf("large"));
        Curl($"-o {PathOf("downloaded")} http://127.0.0.1:{PortOf(relay)}/uploaded");

        using FileStream downloaded = File.OpenRead(PathOf("downloaded"));
        Digest.OfRest(downloaded, seed: 1).Should().Be(content.Digest);
    }

    [SkippableFact]
    public void Nginx_KeepAlive_ManyRequestsOnOneConnection()
    {
        const int Requests = 200;
        Daemon relay = StartNginx();
        byte[] page = Bytes.Random(10_007);
        File.WriteAllBytes(PathOf("page"), page);

        Finished run = Curl($"'http://127.0.0.1:{PortOf(relay)}/page?[1-{Requests}]' -w '%{{stderr}}%{{num_connects}} '");

        run.Output.MustBe([.. Enumerable.Repeat(page, Requests).SelectMany(bytes => bytes)]);
        run.Error.Split(' ', StringSplitOptions.RemoveEmptyEntries).Sum(int.Parse).Should().Be(1);
        relay.WaitForLine("completed");
        relay.Lines.Count(line => line.Contains("completed", StringComparison.Ordinal)).Should().Be(1);
    }

    [SkippableFact]
    public void Nginx_Range_ExactlyThat()
    {
        Daemon relay = StartNginx();
        byte[] page = Bytes.Random(3_000_000);
        File.WriteAllBytes(PathOf("page"), page);
        Curl($"-r 1000-2000000 http://127.0.0.1:{PortOf(relay)}/page").Output.MustBe(page.AsSpan(1000, 1_999_001));
    }

    [SkippableFact]
    public void Nginx_ClientGivesUp_ServerIsToldAndTheNextServed()
    {
        Daemon relay = StartNginx();
        byte[] page = Bytes.Random(50_000_000);
        File.WriteAllBytes(PathOf("page"), page);
        Shell.Line($"curl -sS http://127.0.0.1:{PortOf(relay)}/page | head -c 1000000").Output.MustBe(page.AsSpan(0, 1_000_000));
        relay.WaitForLine("at the client");
        Curl($"http://127.0.0.1:{PortOf(relay)}/page").Output.MustBe(page);
    }

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Postgres_Copy_RowsComeBackAsTheyWere(bool overUnixSocket)
    {
        string psql = StartPostgres(overUnixSocket, out _, "psql -X -q -v ON_ERROR_STOP=1");
        string rows = string.Concat(Enumerable.Range(0, 200_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i}\t{i * 7919L % 1_000_003:x}{i}\n")));
        File.WriteAllText(PathOf("rows"), rows);

        Finished run = Shell.Line($"{psql} -c 'create table t (i int primary key, s text)' -c '\\copy t from {PathOf("rows")}' && {psql} -c '\\copy (select * from t order by i) to stdout'");

        run.ExitCode.Should().Be(0, "{0}", run.Error);
        run.Output.MustBe(Encoding.UTF8.GetBytes(rows));
    }

    [SkippableFact]
    public void Postgres_Pgbench_NoTransactionIsLost()
    {
        string pgbench = StartPostgres(overUnixSocket: false, out string psql, "pgbench");
        Finished made = Shell.Line($"{pgbench} -i -q -s 1");
        made.ExitCode.Should().Be(0, "{0}", made.Error);
        Finished run = Shell.Line($"{pgbench} -n -c 8 -j 2 -t 250");
        run.ExitCode.Should().Be(0, "{0}", run.Error);
        run.Text.Should().Contain("number of transactions actually processed: 2000/2000");
        Shell.Line($"{psql} -c 'select count(*), (select sum(abalance) from pgbench_accounts) - sum(delta) from pgbench_history'").Text.Should().Be("2000|0\n");
    }

    [SkippableTheory]
    [InlineData("")]
    [InlineData("-R")]
    [InlineData("--bidir")]
    [InlineData("-P 8")]
    public void Iperf_AnyDirection_BytesArrive(string direction)
    {
        const long Bytes = 256 << 20;
        int port = SocketPair.FreePort();
        Own(Servers.Iperf(port));
        Daemon relay = StartRelay($"127.0.0.1:{port}");

        Finished run = Shell.Line($"iperf3 -c 127.0.0.1 -p {PortOf(relay)} -n {Bytes} {direction} --json");

        run.ExitCode.Should().Be(0, "{0} {1}", run.Text, run.Error);
        using JsonDocument report = JsonDocument.Parse(run.Output);
        JsonElement end = report.RootElement.GetProperty("end");

        // It is over for the client when either direction has had its bytes, and the last of them may be on their way. At least half of them are not.
        (long Sent, long Received)[] directions =
        [
            .. from suffix in new[] { "", "_bidir_reverse" }
               where end.TryGetProperty("sum_received" + suffix, out _)
               select (BytesOf(end, "sum_sent" + suffix), BytesOf(end, "sum_received" + suffix)),
        ];
        directions.Should().HaveCount(direction == "--bidir" ? 2 : 1).And.OnlyContain(it => it.Received > 0 && it.Sent >= it.Received);
        directions.Max(static it => it.Received).Should().BeGreaterThan(Bytes / 2);
        relay.WaitForLines("bytes there", direction == "-P 8" ? 9 : 2);
    }

    private static long BytesOf(JsonElement end, string sum) => end.GetProperty(sum).GetProperty("bytes").GetInt64();

    private static Finished Curl(string arguments)
    {
        Finished run = Shell.Run(null, _long, "sh", "-c", $"curl -sS --fail {arguments}");
        run.ExitCode.Should().Be(0, "{0}", run.Error);
        return run;
    }

    private (int Port, string UnixSocket) StartRedis()
    {
        int port = SocketPair.FreePort();
        string path = NewPath();
        Own(Servers.Redis(port, path));
        return (port, path);
    }

    /// <summary>Starts nginx on the test's folder, and a relay to it.</summary>
    private Daemon StartNginx()
    {
        int port = SocketPair.FreePort();
        Own(Servers.Nginx(port, Folder));
        return StartRelay($"127.0.0.1:{port}");
    }

    /// <summary>Starts PostgreSQL and a relay to it.</summary>
    /// <returns>The command line of a client that goes through the relay.</returns>
    private string StartPostgres(bool overUnixSocket, out string query, string client)
    {
        int port = SocketPair.FreePort();
        Own(Servers.Postgres(port, Folder));
        Daemon relay = StartRelay(overUnixSocket ? $"unix:{PathOf("data")}/.s.PGSQL.{port}" : $"127.0.0.1:{port}");
        query = Client("psql -X -q -A -t");
        return Client(client);

        string Client(string program) => $"PGDATABASE=postgres PGUSER=postgres PGHOST=127.0.0.1 PGPORT={PortOf(relay)} {Servers.PostgresPrograms}/{program}";
    }
}

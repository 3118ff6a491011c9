using SniProxySample;

namespace ZeroCopy.Processes.Tests.Samples;

/// <summary>What the TLS proxy sample reads from the first bytes of a client.</summary>
public sealed class SniProxyHelloTests
{
    private static readonly byte[][] _good =
    [
        Hello.For("a.example"),
        Hello.For("a.example", padding: 3000),
        Hello.OfSslStream("a.example"),
        Hello.InRecordsOf(1, Hello.For("a.example")),
        Hello.InRecordsOf(3, Hello.OfSslStream("a.example")),
        Hello.InRecordsOf(100, Hello.For("a.example", padding: 3000)),
    ];

    public static TheoryData<string> HostileOnes => [.. Hello.Hostile.Keys];

    [Fact]
    public void Parse_EveryPrefixOfAHello_IncompleteUntilItIsWhole() => _good.Should().AllSatisfy(hello =>
    {
        for (int count = 0; count < hello.Length; count++)
        {
            ClientHello prefix = ClientHello.Parse(hello.AsSpan(0, count));
            prefix.Kind.Should().Be(HelloKind.Incomplete, "{0} of {1} bytes are there", count, hello.Length);
            prefix.Needed.Should().BeInRange(count + 1, hello.Length);
        }

        ClientHello.Parse(hello).Should().Be(new ClientHello(HelloKind.Named, "a.example", 0));
        ClientHello.Parse([.. hello, 20, 3, 3, 0, 1, 1]).Should().Be(new ClientHello(HelloKind.Named, "a.example", 0), "what follows it is not looked at");
    });

    [Theory]
    [MemberData(nameof(HostileOnes))]
    public void Parse_HostileHello_TakenForWhatItIs(string what)
    {
        (byte[] bytes, string kind) = Hello.Hostile[what];
        ClientHello.Parse(bytes).Kind.ToString().Should().Be(kind);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("A.Example")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("_service.a-b.example")]
    [InlineData("127.0.0.1")]
    public void Parse_Name_AsItIsSpelled(string name) => ClientHello.Parse(Hello.For(name)).ServerName.Should().Be(name);

    [Fact]
    public void Parse_NoName_Nameless()
    {
        ClientHello.Parse(Hello.Without()).Should().Be(new ClientHello(HelloKind.Nameless, null, 0));

        // As before TLS 1.3, without extensions at all.
        byte[] old = [22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 1, .. new byte[32], 0, 0, 2, 0, 0x2F, 1, 0];
        ClientHello.Parse(old).Should().Be(new ClientHello(HelloKind.Nameless, null, 0));
    }

    [Fact]
    public void Parse_LongestThatIsLookedAt_Named()
    {
        int most = Hello.MaxRecord - (Hello.For("a.example").Length - 5);
        ClientHello.Parse(Hello.For("a.example", most)).Should().Be(new ClientHello(HelloKind.Named, "a.example", 0));
        ClientHello.Parse(Hello.InRecordsOf(Hello.MaxRecord, Hello.For("a.example", most + 1))).Kind.Should().Be(HelloKind.Malformed);
    }

    /// <summary>Whatever comes, the parser answers, and what it answers holds together.</summary>
    [Fact]
    public void Parse_AnythingLikeAHello_NeverThrowsAndNeverWaitsForNothing()
    {
        const int Cases = 200_000;
        byte[][] seeds = [.. _good, .. Hello.Hostile.Values.Select(hostile => hostile.Bytes)];
        Dictionary<HelloKind, int> kinds = [];
        for (int i = 0; i < Cases; i++)
        {
            Random random = new(i);
            byte[] bytes = Mutate([.. seeds[random.Next(seeds.Length)].Take(5000)], random);
            ClientHello hello = ClientHello.Parse(bytes);
            bool holds = hello.Kind switch
            {
                HelloKind.Incomplete => hello.Needed > bytes.Length && hello.Needed <= ClientHello.MaxLength && hello.ServerName is null,
                HelloKind.Named => ClientHello.IsHostName(hello.ServerName),
                _ => hello.ServerName is null,
            };
            holds.Should().BeTrue("case {0} is {1}: {2}", i, hello, Convert.ToHexString(bytes));
            kinds[hello.Kind] = kinds.GetValueOrDefault(hello.Kind) + 1;
        }

        kinds.Should().HaveCount(5, "the cases are of all kinds").And.OnlyContain(kind => kind.Value > Cases / 1000);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        for (int times = random.Next(4); times > 0 && bytes.Length > 0; times--)
        {
            // Mostly where the lengths are.
            int at = random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(bytes.Length, 80));
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] += (byte)(random.Next(2) == 0 ? 1 : -1);
                    break;
                case 2:
                    bytes = bytes[..at];
                    break;
                case 3:
                    bytes = [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + random.Next(9))..]];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[..random.Next(Math.Min(bytes.Length, 200))], .. bytes[at..]];
                    break;
            }
        }

        return bytes;
    }
}

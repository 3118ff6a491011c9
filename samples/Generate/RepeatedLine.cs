using System.Text;

namespace GenerateSample;

/// <summary>A line over and over, in blocks of any length: each goes on where the one before has ended.</summary>
internal sealed class RepeatedLine(string text)
{
    private readonly byte[] _line = Encoding.UTF8.GetBytes($"{text}\n");

    /// <summary>How much of the line the blocks so far have ended with.</summary>
    private int _position;

    /// <summary>Writes the next block.</summary>
    public void Fill(Span<byte> block)
    {
        int begun = Math.Min(_line.Length - _position, block.Length);
        _line.AsSpan(_position, begun).CopyTo(block);
        _position = (_position + block.Length) % _line.Length;
        FillFromStart(block[begun..]);
    }

    /// <summary>Copies the line once, then what is there already, twice as much each time: lines are short, and long copies fast.</summary>
    private void FillFromStart(Span<byte> block)
    {
        int filled = Math.Min(_line.Length, block.Length);
        _line.AsSpan(0, filled).CopyTo(block);
        while (filled < block.Length)
        {
            int count = Math.Min(filled, block.Length - filled);
            block[..count].CopyTo(block[filled..]);
            filled += count;
        }
    }
}
